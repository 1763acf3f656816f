// SPDX-License-Identifier: GPL-2.0-only
// Is one list of times longer than another, or is that chance? Pure.

import type { LatencyChange } from './comparison.ts';
import { upperTail } from './normal-distribution.ts';

/** Fewer times than this on either side say nothing. */
export const enoughTimes = 5;

/** How sure (two-sided) and how much, before anything is called slower or faster. */
const certainty = { p: 0.01, ratio: 0.2, ms: 1 } as const;

/**
 * What became of a step's times in milliseconds, or undefined when they show nothing: fewer than `enoughTimes` on a side,
 * medians within 20 % or 1 ms (times are whole milliseconds), or a difference that chance makes in more than 1 of 100.
 */
export function compareTimes(base: readonly number[], tested: readonly number[]): LatencyChange | undefined {
  if (base.length < enoughTimes || tested.length < enoughTimes) return undefined;
  const [baseMs, testedMs] = [median(base), median(tested)];
  const difference = Math.abs(testedMs - baseMs);
  if (difference <= certainty.ms || difference <= certainty.ratio * baseMs) return undefined;
  const p = mannWhitney(base, tested);
  if (p >= certainty.p) return undefined;
  const change = testedMs > baseMs ? 'slower' : 'faster';
  return { change, baseMs, testedMs, baseTimes: base.length, testedTimes: tested.length, p };
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

/** Up to so many values, all arrangements are counted; above, the normal approximation is good. */
const countedUpTo = 40;

/** The two-sided p of the Mann-Whitney U test. Exact, ties included, for small samples. Both lists hold something. */
export function mannWhitney(a: readonly number[], b: readonly number[]): number {
  const ranks = doubledRanks([...a, ...b]);
  const sum = ranks.slice(0, a.length).reduce((total, rank) => total + rank, 0);
  return ranks.length <= countedUpTo ? exactP(ranks, a.length, sum) : normalP(ranks, a.length, sum);
}

/** Twice the mid-rank of each value, so that ties stay whole numbers. */
function doubledRanks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const same = values.filter((other) => other === value).length;
    return 2 * below + same + 1;
  });
}

/** The share of all choices of `size` ranks whose sum is as far from the mean as this one. */
function exactP(ranks: readonly number[], size: number, sum: number): number {
  const total = ranks.reduce((all, rank) => all + rank, 0);
  // ways[n][s]: how many choices of n ranks have the sum s.
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(total + 1));
  if (ways[0] !== undefined) ways[0][0] = 1;
  for (const rank of ranks) {
    for (let n = size; n > 0; n--) {
      const [to, from] = [ways[n], ways[n - 1]];
      if (to === undefined || from === undefined) continue;
      for (let s = total; s >= rank; s--) to[s] = (to[s] ?? 0) + (from[s - rank] ?? 0);
    }
  }
  const mean = (size * total) / ranks.length;
  const far = Math.abs(sum - mean) - 1e-9;
  let extreme = 0;
  let all = 0;
  for (const [s, count] of (ways[size] ?? []).entries()) {
    all += count;
    if (Math.abs(s - mean) >= far) extreme += count;
  }
  return extreme / all;
}

function normalP(ranks: readonly number[], size: number, sum: number): number {
  const total = ranks.length;
  const mean = size * (total + 1);
  const squares = ranks.reduce((all, rank) => all + (rank - (total + 1)) ** 2, 0);
  const deviation = Math.sqrt((size * (total - size) * squares) / (total * (total - 1)));
  if (deviation === 0) return 1;
  const z = Math.max(0, Math.abs(sum - mean) - 1) / deviation;
  return 2 * upperTail(z);
}
