// SPDX-License-Identifier: GPL-2.0-only
// How long a run will still take, from what earlier runs took for its cells and what this one has taken so far. Pure.

import type { CellResult, PlannedCell } from '../results/events.ts';
import { isAboutKernel } from '../results/verdicts.ts';

export interface Remaining {
  ended: readonly Pick<CellResult, 'verdict' | 'expected' | 'expectedMs' | 'durationMs' | 'ownMs' | 'reused'>[];
  /** Cells that have no verdict yet. */
  open: readonly Pick<PlannedCell, 'id' | 'expectedMs'>[];
  /** Milliseconds since the start, for cells that run. */
  runningMs: ReadonlyMap<string, number>;
  /** Guests at a time. */
  jobs: number;
}

/** This run may be so many times as fast or as slow as those before it; more is an accident. */
const mostFactor = 5;

/**
 * Milliseconds; undefined when nothing is known yet. Cells that no earlier run knows count like the mean of this run's;
 * all are scaled by how fast this run has been so far. Kernels that are still to be built are not in it. Nothing is known either when all
 * that is left has taken longer than was expected of it.
 */
export function timeLeftMs({ ended, open, runningMs, jobs }: Remaining): number | undefined {
  const ran = ended.filter((cell) => isAboutKernel(cell) && cell.reused === undefined);
  const foreseen = ran.filter(({ expectedMs }) => expectedMs !== undefined);
  const expected = sum(foreseen.map(({ expectedMs = 0 }) => expectedMs));
  const taken = sum(foreseen.map(tookMs));
  const factor = expected === 0 ? 1 : Math.min(mostFactor, Math.max(1 / mostFactor, taken / expected));
  const mean = ran.length === 0 ? undefined : sum(ran.map(tookMs)) / ran.length;
  const lefts: number[] = [];
  for (const { id, expectedMs } of open) {
    const whole = expectedMs === undefined ? mean : expectedMs * factor;
    if (whole === undefined) return undefined;
    lefts.push(Math.max(0, whole - (runningMs.get(id) ?? 0)));
  }
  const left = Math.max(sum(lefts) / Math.max(1, jobs), ...lefts, 0);
  return left === 0 && open.length > 0 ? undefined : left;
}

function tookMs({ durationMs, ownMs }: Remaining['ended'][number]): number {
  return ownMs ?? durationMs;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
