// SPDX-License-Identifier: GPL-2.0-only
// Splits a plan into parts that take about equally long, each a complete run. Pure.

import { contentKey } from '../../host/key.ts';
import type { PlannedCell, Shard } from '../../results/events.ts';
import type { RunPlan } from '../run-plan.ts';

/** Milliseconds that a cell counts for when no earlier run knows any cell of the plan. */
const unknownMs = 1000;

/**
 * One part of a plan: the longest cells go first, each to the part that is the shortest so far. All machines that have the same
 * history split alike; the key of the split says whether they did.
 * @param index from 1 to `count`
 */
export function shardOf(plan: RunPlan, index: number, count: number): RunPlan {
  const parts = split(plan.cells, count);
  const places = plan.cells.flatMap((_cell, place) => (parts[place] === index ? [place] : []));
  const shard: Shard = {
    index,
    count,
    plan: contentKey({ cells: plan.cells.map(({ id, content }) => [id, content ?? null]), variants: plan.variants }),
    split: contentKey(parts),
    places,
  };
  const cells = plan.cells.filter((_cell, place) => parts[place] === index);
  const kernels = new Set(cells.map(({ kernel }) => kernel));
  return {
    ...plan,
    // A kernel that only other parts test need not be built here.
    variants: plan.variants.filter(({ name }) => kernels.has(name)),
    cells,
    shard,
  };
}

/** The part, from 1, of each cell. */
function split(cells: readonly Pick<PlannedCell, 'expectedMs'>[], count: number): number[] {
  const known = cells.flatMap(({ expectedMs }) => expectedMs ?? []);
  const mean = known.length === 0 ? unknownMs : known.reduce((sum, one) => sum + one, 0) / known.length;
  const durations = cells.map(({ expectedMs }) => expectedMs ?? mean);
  const taken = Array.from({ length: count }, () => 0);
  const parts = cells.map(() => 0);
  const longestFirst = cells.map((_cell, place) => place).sort((a, b) => (durations[b] ?? 0) - (durations[a] ?? 0));
  for (const place of longestFirst) {
    const part = taken.indexOf(Math.min(...taken));
    taken[part] = (taken[part] ?? 0) + (durations[place] ?? 0);
    parts[place] = part + 1;
  }
  return parts;
}
