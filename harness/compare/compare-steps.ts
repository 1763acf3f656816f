// SPDX-License-Identifier: GPL-2.0-only
// Two cells of one scenario, step by step: the first step that went otherwise. Pure.

import type { CellStory } from '../results/cell-story.ts';
import { normalizeLine } from './normalize-log.ts';

export type StepStory = CellStory['steps'][number];

export interface StepDifference {
  step: string;
  label: string;
  /** Index from 0; undefined where that side has no such step. */
  baseIndex?: number;
  seriesIndex?: number;
  /** What each side saw; undefined where the step was not reached or is not there. */
  base?: StepTold;
  series?: StepTold;
}

export interface StepTold {
  outcome: StepStory['outcome'];
  seen: string;
}

export interface StepPair {
  base?: StepStory;
  series?: StepStory;
}

/**
 * Steps of two cells beside each other: the longest common order of equal steps, what only one side has between them. A
 * scenario can have steps that are for some kernels only, so that the same step has another index on another kernel.
 */
export function pairSteps(base: readonly StepStory[], series: readonly StepStory[]): StepPair[] {
  const length = longestCommon(base, series);
  const pairs: StepPair[] = [];
  let [i, j] = [0, 0];
  while (i < base.length || j < series.length) {
    const [left, right] = [base[i], series[j]];
    if (left !== undefined && right !== undefined && sameStep(left, right)) {
      pairs.push({ base: left, series: right });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || length(i + 1, j) >= length(i, j + 1))) {
      pairs.push({ base: left });
      i++;
    } else if (right !== undefined) {
      pairs.push({ series: right });
      j++;
    }
  }
  return pairs;
}

/** The first step that went otherwise: another outcome, a deviation that shows something else, reached on one side only. */
export function firstDifference(base: readonly StepStory[], series: readonly StepStory[]): StepDifference | undefined {
  const pair = pairSteps(base, series).find(differs);
  const step = pair?.base ?? pair?.series;
  if (pair === undefined || step === undefined) return undefined;
  return {
    step: step.step,
    label: step.label,
    ...(pair.base === undefined ? {} : { baseIndex: pair.base.index, base: told(pair.base) }),
    ...(pair.series === undefined ? {} : { seriesIndex: pair.series.index, series: told(pair.series) }),
  };
}

function told({ outcome, seen }: StepStory): StepTold {
  return { outcome, seen };
}

// Two steps that both saw what was wanted are the same, whatever else they saw: times and addresses always differ.
function differs({ base, series }: StepPair): boolean {
  if (base === undefined || series === undefined) return true;
  if (base.outcome !== series.outcome) return true;
  return base.outcome !== 'ok' && normalizeLine(base.seen) !== normalizeLine(series.seen);
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
