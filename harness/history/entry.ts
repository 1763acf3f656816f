// SPDX-License-Identifier: GPL-2.0-only
// One line of the history: what stays known of a run when its folder is gone. Pure.

import { z } from 'zod';
import { mainKey } from '../compare/deviation-key.ts';
import type { CellResult } from '../results/events.ts';
import { mainDeviation } from '../results/main-deviation.ts';
import type { RunRecord } from '../results/run-record.ts';
import { verdictSchema } from '../results/schemas.ts';
import { lineOfVersion, trackOf } from './track.ts';

/** Raised when a field changes its meaning. Lines of other versions are left out by readers. */
const historyVersion = 1;

const text = z.string().exactOptional();

const historyCellSchema = z.object({
  id: z.string(),
  scenario: z.string(),
  title: z.string(),
  /** As asked for. */
  kernel: z.string(),
  /** Whose history it belongs to: `6.12` for every stock kernel of that line, else the kernel as asked for. */
  track: z.string(),
  /** `6.12`; empty when there was no kernel. */
  line: z.string(),
  /** `6.12.107`. */
  version: z.string(),
  kernelId: text,
  content: text,
  inputs: text,
  verdict: verdictSchema,
  expected: z.boolean(),
  /** Kind of failure: the key of the deviation that gave the verdict, equal on every kernel. */
  failure: text,
  /** The headline of that deviation, or why there is no verdict about the kernel. */
  why: text,
  bug: text,
  /** A known issue is recorded, and did not occur. */
  knownButPassed: z.boolean().exactOptional(),
  /** Without what all cells of a kernel wait for, where that is known. */
  durationMs: z.number(),
  /** The earlier run that it was taken over from. */
  reused: text,
});

export const historyEntrySchema = z.object({
  version: z.literal(historyVersion),
  /** Name of the run's folder. */
  run: z.string(),
  started: z.string(),
  ended: z.string(),
  interrupted: z.boolean(),
  hazmat: text,
  qemu: text,
  /** It is a part of a larger plan. */
  part: z.boolean().exactOptional(),
  /** Runs that it was merged from: their cells are these. */
  parts: z.array(z.string()).exactOptional(),
  /** Cells that were planned and have no verdict. */
  unfinished: z.number(),
  cells: z.array(historyCellSchema),
});

export type HistoryEntry = z.infer<typeof historyEntrySchema>;
export type HistoryCell = z.infer<typeof historyCellSchema>;

/** More of a headline is not kept: a history of years has to stay small. */
const mostWords = 200;

/** What is kept of a run. `run`: the name of its folder. */
export function entryOf(run: string, record: RunRecord): HistoryEntry {
  const { started, ended, interrupted, environment, unfinished } = record;
  const ids = new Map(record.kernelFacts.map(({ kernel, id }) => [kernel, id]));
  return {
    version: historyVersion,
    run,
    started,
    ended,
    interrupted,
    ...defined({ hazmat: environment.hazmat, qemu: environment.qemu }),
    ...(record.shard === undefined ? {} : { part: true }),
    ...(record.parts === undefined ? {} : { parts: record.parts }),
    unfinished: unfinished.length,
    cells: record.cells.map((cell) => cellOf(cell, ids.get(cell.kernel))),
  };
}

function cellOf(cell: CellResult, kernelId: string | undefined): HistoryCell {
  const { id, scenario, title, kernel, kernelVersion, verdict, expected, durationMs } = cell;
  const passed = verdict === 'pass';
  return {
    id,
    scenario,
    title,
    kernel,
    track: trackOf(kernel, kernelVersion),
    line: lineOfVersion(kernelVersion),
    version: kernelVersion,
    verdict,
    expected,
    durationMs: cell.ownMs ?? durationMs,
    ...(cell.knownButPassed === undefined ? {} : { knownButPassed: true }),
    ...defined({
      kernelId,
      content: cell.content,
      inputs: cell.inputs,
      failure: mainKey(cell, false),
      why: passed ? undefined : (mainDeviation(cell)?.title ?? cell.why).slice(0, mostWords),
      bug: (cell.known ?? cell.knownButPassed)?.bug,
      reused: cell.reused?.run,
    }),
  };
}

/** Without the keys that have no value. */
function defined<K extends string>(values: Record<K, string | undefined>): Partial<Record<K, string>> {
  const known: Partial<Record<K, string>> = {};
  for (const key of Object.keys(values) as K[]) {
    const value = values[key];
    if (value !== undefined) known[key] = value;
  }
  return known;
}
