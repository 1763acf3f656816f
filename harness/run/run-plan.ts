// SPDX-License-Identifier: GPL-2.0-only
// What a run is to do: its cells, on which kernels, and what is left out.

import { expectedDurations } from '../history/durations.ts';
import { readHistory } from '../history/history-file.ts';
import { resultsRoot } from '../host/places.ts';
import type { DroppedCell, Shard } from '../results/events.ts';
import type { CellPlan } from '../scenario/plan.ts';
import type { Variant } from './variants.ts';

export interface RunPlan {
  variants: Variant[];
  cells: CellPlan[];
  dropped: DroppedCell[];
  /** By the id of a cell, why it is run or left out, where that was chosen (touching/). */
  reasons?: ReadonlyMap<string, string> | undefined;
  /** Set when it is a part of a larger plan. */
  shard?: Shard;
}

/** Of the history only so much of its end is read for durations: some 100 nights. */
const recentHistoryBytes = 32 * 2 ** 20;

/**
 * The cells with what earlier runs took for them.
 * @param split whether the plan is going to be split: then runs that are parts do not count, since the parts that are run
 * later on this machine must be split like the first one
 */
export function withDurations(cells: readonly CellPlan[], split = false): CellPlan[] {
  const { entries } = readHistory(resultsRoot(), recentHistoryBytes);
  const expected = expectedDurations(entries.filter(({ part = false }) => !(split && part)));
  return cells.map((cell) => {
    const expectedMs = expected(cell);
    return expectedMs === undefined ? cell : { ...cell, expectedMs };
  });
}
