// SPDX-License-Identifier: GPL-2.0-only
// A series patch by patch, as plain text for terminal and mail. Pure.

import type { PatchStory } from '../compare/comparison.ts';
import { firstChange } from '../compare/each.ts';
import { changeWord } from './comparison-words.ts';
import { wrap } from './text.ts';

/** The whole text, with a newline at its end. @param width in columns, for mail; undefined: lines are not broken */
export function eachText(stories: readonly PatchStory[], width = Infinity): string {
  return textOf(stories)
    .split('\n')
    .flatMap((line) => {
      if (line.length <= width) return [line];
      const indent = /^(?:\d+\/\d+)? */.exec(line)?.[0] ?? '';
      const [first = '', ...rest] = wrap(line.slice(indent.length), width - indent.length);
      return [`${indent}${first}`, ...rest.map((one) => `${' '.repeat(indent.length)}${one}`)];
    })
    .join('\n');
}

function textOf(stories: readonly PatchStory[]): string {
  const lines = stories.flatMap((story) => [
    `${story.number}/${stories.length}  ${story.name}`,
    ...(story.why === undefined ? [] : [`     not tested: ${story.why.split('\n').join('\n     ')}`]),
    ...story.warnings.map((warning) => `     new compiler warning: ${warning}`),
    ...story.changes.map((one) => `     ${changeWord(one)}  ${one.scenario}: ${one.was || '-'} -> ${one.is || '-'}`),
    ...(story.why === undefined && story.changes.length === 0 ? ['     no verdict changes'] : []),
  ]);
  const first = firstChange(stories);
  const end =
    first === undefined
      ? 'No patch changes a verdict.'
      : `The first patch that changes a verdict is ${first.number}/${stories.length}, ${first.name}.`;
  return `Patch by patch, each compared with the one before:\n\n${lines.join('\n')}\n\n${end}\n`;
}
