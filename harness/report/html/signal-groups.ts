// SPDX-License-Identifier: GPL-2.0-only
// Signals of a cell, put together where they are alike: a removal sends one for each page that a process maps. Pure.

import type { RunEvent } from '../../results/events.ts';
import type { DetailSignals } from './report-data.ts';

export type SignalEvent = Extract<RunEvent, { type: 'signal' }>;

/** A gap of this many milliseconds begins another group. */
const longestGapMs = 500;

/** Groups by process and kind. `zeroMs`: when the first step began; `starts`: when each step did, both on the run's clock. */
export function groupSignals(
  signals: readonly SignalEvent[],
  zeroMs: number,
  starts: readonly number[],
): DetailSignals[] {
  const open = new Map<string, { group: DetailSignals; step: number; pages: number[] }>();
  const groups: { group: DetailSignals; pages: number[] }[] = [];
  for (const { ms, process, signal, code, lsb, address, page } of signals) {
    const key = JSON.stringify([process, signal, code, lsb]);
    const step = starts.findLastIndex((start) => start <= ms);
    const atMs = ms - zeroMs;
    const last = open.get(key);
    const pages = page === undefined ? [] : [page];
    if (last?.step === step && atMs - last.group.endMs <= longestGapMs) {
      last.group.count++;
      last.group.endMs = atMs;
      last.pages.push(...pages);
    } else {
      const group = { atMs, endMs: atMs, process, signal, code, lsb, count: 1, address, pages: '' };
      const opened = { group, step, pages };
      open.set(key, opened);
      groups.push(opened);
    }
  }
  return groups.map(({ group, pages }) => ({ ...group, pages: pageRuns(pages) }));
}

/** `[0, 1, 2, 7]` -> `0-2, 7` */
export function pageRuns(pages: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const page of [...new Set(pages)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && page === last[1] + 1) last[1] = page;
    else runs.push([page, page]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ');
}
