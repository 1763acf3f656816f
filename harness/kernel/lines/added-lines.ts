// SPDX-License-Identifier: GPL-2.0-only
// The lines that a series adds, as they stand once all of it is applied.

import type { PatchedSource } from '../series/patched-source.ts';

/** A line of the source with the series on it. */
export interface AddedLine {
  /** Below the tree's root. */
  file: string;
  /** From 1. */
  line: number;
  text: string;
}

/** The lines in which a source differs from its base; removed lines are no lines of it. @throws InfraError when git fails */
export async function addedLines({ repo, base, commit }: PatchedSource, signal?: AbortSignal): Promise<AddedLine[]> {
  const argv = ['diff', '--no-color', '--no-ext-diff', '--no-renames', '-U0', base.commit, commit];
  return readAddedLines((await repo.git(argv, { signal })).stdout);
}

/** Reads the lines with `+` of a diff without context (`git diff -U0`). Pure. */
export function readAddedLines(diff: string): AddedLine[] {
  const added: AddedLine[] = [];
  let file = '';
  let line = 0;
  let left = 0;
  for (const text of diff.split('\n')) {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/.exec(text);
    if (hunk !== null) [line, left] = [Number(hunk[1]), Number(hunk[2] ?? 1)];
    else if (left > 0 && text.startsWith('+')) {
      added.push({ file, line: line++, text: text.slice(1) });
      left--;
    } else if (left === 0 && text.startsWith('+++ ')) file = text.slice(4).replace(/^b\//, '').replace(/\t$/, '');
  }
  return added;
}
