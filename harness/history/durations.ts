// SPDX-License-Identifier: GPL-2.0-only
// How long a cell will take, from what earlier runs took. Pure.

import { isAboutKernel } from '../results/verdicts.ts';
import type { HistoryEntry } from './entry.ts';
import { lineOfVersion, trackOf } from './track.ts';

/** Milliseconds that a cell is expected to take; undefined when no run says anything about it. */
export type ExpectedDuration = (cell: { scenario: string; kernel: string }) => number | undefined;

/** Older cells than the last so many count no more: hazmat and the machine change. */
const recent = 15;

/**
 * The median of the recent recorded durations of a scenario on that kernel; else on any kernel of that line; else on
 * any. Cells that were taken over, skipped or lost to an error took no time that says anything.
 */
export function expectedDurations(entries: readonly HistoryEntry[]): ExpectedDuration {
  const recorded = new Map<string, number[]>();
  const note = (key: string[], ms: number): void => {
    const name = JSON.stringify(key);
    const before = recorded.get(name);
    if (before === undefined) recorded.set(name, [ms]);
    else before.push(ms);
  };
  for (const cell of entries.flatMap(({ cells }) => cells)) {
    if (!isAboutKernel(cell) || cell.reused !== undefined) continue;
    note([cell.scenario, 'track', cell.track], cell.durationMs);
    note([cell.scenario, 'line', cell.line], cell.durationMs);
    note([cell.scenario], cell.durationMs);
  }
  return ({ scenario, kernel }) => {
    const line = lineOfVersion(/\d+\.\d+/.exec(kernel)?.[0] ?? '');
    const keys = [[scenario, 'track', trackOf(kernel, '')], [scenario, 'line', line], [scenario]];
    const found = keys.map((key) => recorded.get(JSON.stringify(key))).find((times) => times !== undefined);
    return found === undefined ? undefined : median(found.slice(-recent));
  };
}

/** The middle one, or the mean of the two in the middle, in whole milliseconds. */
function median(times: readonly number[]): number | undefined {
  const sorted = [...times].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : Math.round((low + high) / 2);
}
