// SPDX-License-Identifier: GPL-2.0-only
// A run's cells with their steps and kernel logs, from the run's folder.

import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ComparedCell, Side } from './side.ts';
import type { CellResult } from '../results/events.ts';
import { comparableLines } from './normalize-log.ts';
import { kernelLabels } from '../results/kernel-labels.ts';
import { readRecorded, readRunFile } from '../results/read-recorded.ts';
import type { RunRecord } from '../results/run-record.ts';
import { cellStorySchema, cellStoryVersion } from '../results/schemas.ts';

/** What of verdict.json is compared and is not in run.json. */
const stepsOnly = cellStorySchema.pick({ version: true, steps: true });

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
    ...(facts?.changed === undefined ? {} : { changed: facts.changed }),
    ...(facts?.patches === undefined ? {} : { patches: facts.patches }),
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
    ...(existsSync(log) ? { log: comparableLines(readRunFile(log).toString('utf8')) } : {}),
  };
}

function readSteps(file: string): ComparedCell['steps'] {
  return existsSync(file) ? readRecorded(file, stepsOnly).steps : [];
}
