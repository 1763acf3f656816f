// SPDX-License-Identifier: GPL-2.0-only
// Which deviations appeared, which are gone and which stayed from one kernel to another. Pure.

import { groupBy } from '../host/group-by.ts';
import { mainDeviation } from '../results/main-deviation.ts';
import { isUnexpected } from '../results/verdicts.ts';
import type { ScenarioChange, SeenDeviation } from './comparison.ts';
import { deviationKey } from './deviation-key.ts';
import type { ComparedCell, Pair } from './side.ts';

/** Deviations that only the tested side shows, only base, or both. `exact`: see deviationKey(). */
export function compareDeviations(
  { base, tested }: Pair<ComparedCell[]>,
  exact: boolean,
): Pick<ScenarioChange, 'appeared' | 'gone' | 'stayed'> {
  const [before, after] = [seenIn(base, exact), seenIn(tested, exact)];
  const without = (one: SeenDeviation[], other: SeenDeviation[]) =>
    one.filter(({ key }) => !other.some((seen) => seen.key === key));
  const appeared = without(after, before);
  return { appeared, gone: without(before, after), stayed: after.filter((seen) => !appeared.includes(seen)) };
}

/** Deviations of repetitions, each once, those that gave a cell its verdict first. */
function seenIn(cells: readonly ComparedCell[], exact: boolean): SeenDeviation[] {
  const all = cells.flatMap((cell) => {
    const main = mainDeviation(cell);
    const ordered = cell.deviations.toSorted((a, b) => Number(b === main) - Number(a === main));
    return ordered.map((deviation) => ({ cell, deviation, key: deviationKey(deviation, exact) }));
  });
  return [...groupBy(all, ({ key }) => key)].flatMap(([key, seen]) => {
    const [first] = seen;
    if (first === undefined) return [];
    const within = new Set(seen.map(({ cell }) => cell));
    const known = [...within].every((cell) => !isUnexpected(cell));
    return [{ ...first.deviation, key, cells: within.size, of: cells.length, known }];
  });
}
