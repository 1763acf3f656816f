// SPDX-License-Identifier: GPL-2.0-only
// A series patch by patch: what each patch changed, compared with the last one before it that could be tested. Pure.

import { compareSides } from './compare.ts';
import type { PatchStory } from './comparison.ts';
import type { Side } from './side.ts';
import { isAboutKernel, isLost } from '../results/verdicts.ts';
import { isNews } from './is-news.ts';
import { shownWord } from './shown-word.ts';

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
    const lost = side.cells.find(isLost);
    const about = { number: index + 1, name, kernel, warnings };
    if (judged.length === 0) {
      const why = lost?.why ?? 'nothing was run';
      return { ...about, why, ...(lost?.verdict === 'unbuilt' ? { unbuilt: true } : {}), changes: [] };
    }
    const { scenarios } = compareSides(last, side);
    last = side;
    const changes = scenarios.filter(isNews).map(({ scenario, change, regressed, ...shown }) => {
      return { scenario, change, regressed, was: shownWord(shown.base), is: shownWord(shown.tested) };
    });
    return { ...about, changes };
  });
}

/** The first patch at which a verdict changes; undefined when none does. */
export function firstChange(stories: readonly PatchStory[]): PatchStory | undefined {
  return stories.find(({ changes }) => changes.length > 0);
}
