// SPDX-License-Identifier: GPL-2.0-only
// Cuts what a guest said to what a person reads: a program may print a line of 60 MiB.

/** Titles and labels. Characters. */
const longestTitle = 300;
/** What a step saw, and why something failed. Characters. */
const longestText = 4000;

/** The first line of a text, cut to a title's length. */
export function oneLine(text: string): string {
  const end = text.indexOf('\n');
  return cutAt(end === -1 ? text : text.slice(0, end), longestTitle);
}

/** A text of several lines, cut; the same text when it is short. */
export function cutText(text: string): string {
  return cutAt(text, longestText);
}

function cutAt(text: string, most: number): string {
  if (text.length <= most) return text;
  // Half of a surrogate pair is no character.
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
