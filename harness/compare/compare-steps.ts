// SPDX-License-Identifier: GPL-2.0-only
// Two cells of one scenario, step by step: the first one that differs. Pure.

import type { CellStory } from '../results/cell-story.ts';
import type { SeenStep, StepDifference } from './comparison.ts';
import { normalizeLine } from './normalize-log.ts';

export type StepStory = CellStory['steps'][number];

interface StepPair {
  base?: StepStory;
  tested?: StepStory;
}

/**
 * Steps of two cells side by side: the longest common order of equal steps, what only one side has between them. A
 * scenario can have steps that are for some kernels only, so that the same step has another index on another kernel.
 */
export function pairSteps(base: readonly StepStory[], tested: readonly StepStory[]): StepPair[] {
  const length = longestCommon(base, tested);
  const pairs: StepPair[] = [];
  let [i, j] = [0, 0];
  while (i < base.length || j < tested.length) {
    const [left, right] = [base[i], tested[j]];
    if (left !== undefined && right !== undefined && sameStep(left, right)) {
      pairs.push({ base: left, tested: right });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || length(i + 1, j) >= length(i, j + 1))) {
      pairs.push({ base: left });
      i++;
    } else if (right !== undefined) {
      pairs.push({ tested: right });
      j++;
    }
  }
  return pairs;
}

/** The first step that differs: another outcome, a deviation that shows something else, reached on one side only. */
export function firstDifference(base: readonly StepStory[], tested: readonly StepStory[]): StepDifference | undefined {
  const pair = pairSteps(base, tested).find(differs);
  const step = pair?.base ?? pair?.tested;
  if (pair === undefined || step === undefined) return undefined;
  return {
    step: step.step,
    label: step.label,
    ...(pair.base === undefined ? {} : { baseIndex: pair.base.index, base: seenIn(pair.base) }),
    ...(pair.tested === undefined ? {} : { testedIndex: pair.tested.index, tested: seenIn(pair.tested) }),
  };
}

function seenIn({ outcome, seen }: StepStory): SeenStep {
  return { outcome, seen };
}

// Two steps that both saw what is expected are the same, whatever else they saw: times and addresses always differ.
function differs({ base, tested }: StepPair): boolean {
  if (base === undefined || tested === undefined) return true;
  if (base.outcome !== tested.outcome) return true;
  return base.outcome !== 'ok' && normalizeLine(base.seen) !== normalizeLine(tested.seen);
}

function sameStep(a: StepStory, b: StepStory): boolean {
  return a.step === b.step && a.label === b.label;
}

function longestCommon(a: readonly StepStory[], b: readonly StepStory[]): (i: number, j: number) => number {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  for (const [i, left] of [...a.entries()].toReversed()) {
    for (const [j, right] of [...b.entries()].toReversed()) {
      const row = lengths[i];
      if (row !== undefined)
        row[j] = sameStep(left, right) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  return at;
}
