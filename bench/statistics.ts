// SPDX-License-Identifier: GPL-2.0-only
// Statistics of what the benchmarks measure.

/** The middle of some figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/** `median 71 (min 65, max 94) of 50`. */
export function summary(figures: readonly number[], digits = 0): string {
  const text = (figure: number): string => figure.toFixed(digits);
  return `median ${text(median(figures))} (min ${text(Math.min(...figures))}, max ${text(Math.max(...figures))}) of ${figures.length}`;
}
