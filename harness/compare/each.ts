// SPDX-License-Identifier: GPL-2.0-only
// A series patch by patch: what each one changed against the last one before it that could be judged. Pure.

import { compareSides, type Change, type Side } from './compare.ts';
import { isAboutKernel } from '../results/verdicts.ts';
import { shownWord } from './shown-word.ts';

interface PatchChange {
  scenario: string;
  change: Change;
  regressed: boolean;
  /** Verdicts before and after, in words: `hang (known)`. */
  was: string;
  is: string;
}

export interface PatchStory {
  /** From 1. */
  number: number;
  /** File name and subject. */
  name: string;
  kernel: string;
  /** Why there is no verdict at all: it does not compile, it does not boot. */
  why?: string;
  /** There is no kernel after it: it does not apply or compile. */
  unbuilt?: true;
  /** What the compiler says of this one and did not say before. */
  warnings: string[];
  /** Scenarios in which something changed. */
  changes: PatchChange[];
}

export interface PatchSide {
  name: string;
  kernel: string;
  side: Side;
  warnings: string[];
}

/** The story of a series: `base`, then the kernel after each patch. */
export function eachPatch(base: Side, patches: readonly PatchSide[]): PatchStory[] {
  let last = base;
  return patches.map(({ name, kernel, side, warnings }, index) => {
    const judged = side.cells.filter(isAboutKernel);
    const lost = side.cells.find(({ verdict }) => verdict === 'error' || verdict === 'unbuilt');
    const story = { number: index + 1, name, kernel, warnings };
    if (judged.length === 0) {
      const why = lost?.why ?? 'nothing was run';
      return { ...story, why, ...(lost?.verdict === 'unbuilt' ? { unbuilt: true } : {}), changes: [] };
    }
    const { scenarios } = compareSides(last, side);
    last = side;
    const changes = scenarios
      .filter(({ change, regressed }) => regressed || (change !== 'unchanged' && change !== 'not comparable'))
      .map((one) => ({
        scenario: one.scenario,
        change: one.change,
        regressed: one.regressed,
        was: shownWord(one.base),
        is: shownWord(one.tested),
      }));
    return { ...story, changes };
  });
}

/** The first patch at which a verdict changes; undefined when none does. */
export function firstChange(stories: readonly PatchStory[]): PatchStory | undefined {
  return stories.find(({ changes }) => changes.length > 0);
}
