// SPDX-License-Identifier: GPL-2.0-only
// A series patch by patch, as plain text for terminal and mail. Pure.

import type { PatchStory } from '../compare/comparison.ts';
import { firstChange } from '../compare/each.ts';
import { changeWord } from './comparison-words.ts';
import { visible, wrap } from './text.ts';

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
    ...coverageLines(story).map((line) => `     ${line}`),
  ]);
  const first = firstChange(stories);
  const end =
    first === undefined
      ? 'No patch changes a verdict.'
      : `The first patch that changes a verdict is ${first.number}/${stories.length}, ${first.name}.`;
  return `Patch by patch, each compared with the one before:\n\n${lines.join('\n')}\n\n${end}\n`;
}

/** So many lines that were never executed are listed of a patch; --json has all. */
const mostListed = 5;

function coverageLines({ coverage }: PatchStory): string[] {
  if (coverage === undefined) return [];
  const { executed, perhaps, never } = coverage;
  const count = executed + perhaps + never.length;
  if (count === 0) return ['none of its lines has code of its own'];
  const shown = never
    .slice(0, mostListed)
    .map(({ file, line, text }) => `never executed: ${file}:${line}: ${visible(text.trim())}`);
  const more = never.length - shown.length;
  const words = [`${executed} executed`, ...(perhaps === 0 ? [] : [`${perhaps} perhaps`]), `${never.length} never`];
  return [
    `${count} of its lines ${count === 1 ? 'has' : 'have'} code: ${words.join(', ')}`,
    ...shown,
    ...(more === 0 ? [] : [`never executed: and ${more} more; --json lists them all`]),
  ];
}
