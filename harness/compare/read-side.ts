// SPDX-License-Identifier: GPL-2.0-only
// A run's cells with their steps and kernel logs, from the run's folder.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { UsageError } from '../host/errors.ts';
import { cellStoryVersion } from '../results/cell-story.ts';
import type { ComparedCell, Side } from './compare.ts';
import type { CellResult } from '../results/events.ts';
import { tellingLines } from './normalize-log.ts';
import { kernelLabels } from '../results/kernel-labels.ts';
import type { RunRecord } from '../results/run-record.ts';

const text = z.string().exactOptional();

/** What of verdict.json is compared and is not in run.json. */
const cellStory = z.object({
  version: z.literal(cellStoryVersion),
  steps: z.array(
    z.object({
      ms: z.number(),
      index: z.number(),
      step: z.string(),
      label: z.string(),
      outcome: z.enum(['ok', 'deviates', 'ended']),
      wanted: text,
      seen: z.string(),
      durationMs: z.number(),
      notes: z.array(z.string()).exactOptional(),
    }),
  ),
});

/**
 * One kernel of a run, to be compared. A cell without verdict.json has no steps, one without dmesg.txt no log.
 * @throws UsageError naming the verdict.json that is damaged.
 */
export function readSide(record: RunRecord, kernel: string): Side {
  const facts = record.kernelFacts.find((one) => one.kernel === kernel);
  const cells = record.cells.filter((cell) => cell.kernel === kernel);
  const version = facts?.version ?? cells[0]?.kernelVersion ?? '';
  return {
    run: path.basename(record.folder),
    folder: record.folder,
    command: record.command,
    started: record.started,
    kernel,
    label: kernelLabels(record).get(kernel) ?? kernel,
    version,
    ...(facts === undefined ? {} : { release: facts.release, origin: facts.origin }),
    environment: record.environment,
    ...(cells[0]?.options === undefined ? {} : { options: cells[0].options }),
    cells: cells.map((cell) => readCell(record.folder, cell)),
    unfinished: [
      ...new Set(record.unfinished.filter((cell) => cell.kernel === kernel).map(({ scenario }) => scenario)),
    ],
  };
}

function readCell(run: string, cell: CellResult): ComparedCell {
  const folder = path.join(run, cell.folder);
  const log = path.join(folder, 'dmesg.txt');
  return {
    ...cell,
    version: cellStoryVersion,
    steps: readSteps(path.join(folder, 'verdict.json')),
    signals: [],
    ...(existsSync(log) ? { log: tellingLines(readFileSync(log, 'utf8')) } : {}),
  };
}

function readSteps(file: string): ComparedCell['steps'] {
  if (!existsSync(file)) return [];
  try {
    return cellStory.parse(JSON.parse(readFileSync(file, 'utf8'))).steps;
  } catch (error) {
    const why =
      error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
    throw new UsageError('the story of this cell cannot be read', { at: file, hint: why, cause: error });
  }
}
