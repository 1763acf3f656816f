// SPDX-License-Identifier: GPL-2.0-only
// A series patch by patch: what each patch changed, compared with the last one before it that could be tested. Pure.

import { compareSides } from './compare.ts';
import type { Coverage, PatchStory } from './comparison.ts';
import { coverageOf } from './coverage.ts';
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
  let before: PatchLines = [];
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
    const coverage = ownCoverage(coverageOf(side.changed, side.cells)?.lines, before);
    before = side.changed?.lines ?? before;
    const changes = scenarios.filter(isNews).map(({ scenario, change, regressed, ...shown }) => {
      return { scenario, change, regressed, was: shownWord(shown.base), is: shownWord(shown.tested) };
    });
    return { ...about, changes, ...(coverage === undefined ? {} : { coverage }) };
  });
}

type PatchLines = readonly { file: string; text: string }[];

/** Of the lines of a series up to a patch those that the patch adds. A line is known by its text, since patches move lines. */
function ownCoverage(lines: Coverage['lines'] | undefined, before: PatchLines): PatchStory['coverage'] {
  if (lines === undefined) return undefined;
  const key = ({ file, text }: PatchLines[number]): string => `${file}\0${text}`;
  const left = new Map<string, number>();
  for (const line of before) left.set(key(line), (left.get(key(line)) ?? 0) + 1);
  const own = lines.filter((line) => {
    const count = left.get(key(line)) ?? 0;
    left.set(key(line), count - 1);
    return count <= 0;
  });
  const of = (state: Coverage['lines'][number]['state']) => own.filter((line) => line.state === state);
  const never = of('never').map(({ file, line, text }) => ({ file, line, text }));
  return { executed: of('executed').length, perhaps: of('perhaps').length, never };
}

/** The first patch at which a verdict changes; undefined when none does. */
export function firstChange(stories: readonly PatchStory[]): PatchStory | undefined {
  return stories.find(({ changes }) => changes.length > 0);
}
