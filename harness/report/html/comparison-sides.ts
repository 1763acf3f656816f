// SPDX-License-Identifier: GPL-2.0-only
// A comparison for the page: which cells are shown side by side, and their steps in pairs. Pure.

import { firstDifference, pairSteps, type StepStory } from '../../compare/compare-steps.ts';
import type { Comparison, Shown } from '../../compare/comparison.ts';
import type { ReportComparison } from './report-data.ts';

/** A cell that a comparison shows: its index in the report, and its steps. */
export interface ComparedSide {
  index: number;
  steps: readonly StepStory[];
}

/** `find`: the cell that a side shows, by the run's folder and the cell's. */
export function comparisonForPage(
  comparison: Comparison,
  columns: { base: number; tested: number },
  find: (shown: Shown) => ComparedSide | undefined,
): ReportComparison {
  const { base, tested, notes, counts, coverage } = comparison;
  const scenarios = comparison.scenarios.map((change) => {
    const left = change.base === undefined ? undefined : find(change.base);
    const right = change.tested === undefined ? undefined : find(change.tested);
    return { ...change, sides: sidesOf(left, right) };
  });
  return {
    ...{ base, tested, baseColumn: columns.base, testedColumn: columns.tested, notes, counts, scenarios },
    ...(coverage === undefined ? {} : { coverage }),
  };
}

type Sides = ReportComparison['scenarios'][number]['sides'];

function sidesOf(base: ComparedSide | undefined, tested: ComparedSide | undefined): Sides {
  const left = base?.steps ?? [];
  const right = tested?.steps ?? [];
  const paired = pairSteps(left, right);
  const place = (steps: readonly StepStory[], step: StepStory | undefined): number | null =>
    step === undefined ? null : steps.indexOf(step);
  const pairs = paired.map((pair): [number | null, number | null] => [
    place(left, pair.base),
    place(right, pair.tested),
  ]);
  const difference = base === undefined || tested === undefined ? undefined : firstDifference(left, right);
  const first = paired.findIndex(
    (pair) =>
      difference !== undefined &&
      pair.base?.index === difference.baseIndex &&
      pair.tested?.index === difference.testedIndex,
  );
  return {
    ...(base === undefined ? {} : { base: base.index }),
    ...(tested === undefined ? {} : { tested: tested.index }),
    pairs,
    ...(first === -1 ? {} : { first }),
  };
}
