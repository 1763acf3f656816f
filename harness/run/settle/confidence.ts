// SPDX-License-Identifier: GPL-2.0-only
// Repeats a scenario until it is known how often it fails. Pure.

import { failureRate, type Rate } from '../../history/wilson.ts';
import type { CellResult, PlannedCell } from '../../results/events.ts';
import { isAboutKernel } from '../../results/verdicts.ts';

/** A failure rate counts as known when its interval is not wider than this. */
const wideEnough = 0.1;

/** Repetitions of which no interval can be wider, for any confidence up to 0.999. */
export const mostRepeats = 1000;

/** Which scenarios need no more repetitions. */
export class KnownRates {
  readonly #confidence: number;
  readonly #counts = new Map<string, { failures: number; total: number }>();

  /** @param confidence between 0 and 1, such as 0.99 */
  constructor(confidence: number) {
    this.#confidence = confidence;
  }

  add(cell: CellResult): void {
    if (!isAboutKernel(cell)) return;
    const counts = this.#counts.get(keyOf(cell)) ?? { failures: 0, total: 0 };
    counts.total++;
    if (cell.verdict !== 'pass') counts.failures++;
    this.#counts.set(keyOf(cell), counts);
  }

  /** The failure rate, once it is known; undefined before. */
  known(cell: PlannedCell): Rate | undefined {
    const { failures, total } = this.#counts.get(keyOf(cell)) ?? { failures: 0, total: 0 };
    const rate = failureRate(failures, total, this.#confidence);
    return rate.high - rate.low <= wideEnough ? rate : undefined;
  }
}

function keyOf({ scenario, kernel }: PlannedCell): string {
  return JSON.stringify([scenario, kernel]);
}
