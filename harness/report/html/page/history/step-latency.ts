// SPDX-License-Identifier: GPL-2.0-only
// The time of each step by kernel, over repetitions that passed. Pure.

import type { CellDetail } from '../../report-data.ts';
import type { Series } from '../shared/plot-axis.ts';
import { duration } from '../shared/words.ts';

export interface StepTime {
  /** `unbind pmem0`; with its number when a step comes twice. */
  name: string;
  /** Median milliseconds by column. */
  times: (number | undefined)[];
}

export function stepTimes(cells: readonly { column: number; detail: CellDetail }[], columns: number): StepTime[] {
  const steps = new Map<string, number[][]>();
  for (const { column, detail } of cells) {
    const seen = new Map<string, number>();
    for (const { step, label, durationMs } of detail.steps) {
      const times = (seen.get(`${step} ${label}`) ?? 0) + 1;
      seen.set(`${step} ${label}`, times);
      const name = `${step} ${label}${times === 1 ? '' : ` (${times})`}`;
      const byColumn = steps.get(name) ?? Array.from({ length: columns }, () => []);
      steps.set(name, byColumn);
      byColumn[column]?.push(durationMs);
    }
  }
  return [...steps].map(([name, times]) => ({ name, times: times.map(median) }));
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** So many lines can be told apart in a plot: the steps that take longest. */
const mostLines = 8;

/** The times as lines over kernels, seconds. @param order which column is at each place */
export function latencySeries(steps: readonly StepTime[], order: readonly number[]): Series[] {
  const longest = ({ times }: StepTime): number => Math.max(0, ...times.map((ms) => ms ?? 0));
  const shown = steps.toSorted((a, b) => longest(b) - longest(a)).slice(0, mostLines);
  return shown.map(({ name, times }) => {
    const inOrder = order.map((column) => times[column]);
    return {
      label: name,
      // What takes less than a millisecond is not told apart; a logarithm needs more than nothing.
      values: inOrder.map((ms) => (ms === undefined ? null : Math.max(1, ms) / 1000)),
      words: inOrder.map((ms) => (ms === undefined ? null : duration(ms))),
    };
  });
}
