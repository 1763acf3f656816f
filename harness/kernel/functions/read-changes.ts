// SPDX-License-Identifier: GPL-2.0-only
// What a series changes in its source, as whole files with the numbers of the lines, by git.

import type { PatchedSource } from '../series/patched-source.ts';
import type { ChangedFile } from './changed-functions.ts';

/** @throws InfraError when git fails */
export async function readChanges({ repo, base, commit }: PatchedSource, signal?: AbortSignal): Promise<ChangedFile[]> {
  const argv = ['diff', '--no-color', '--no-ext-diff', '--no-renames', '-U0', base.commit, commit];
  const ranges = changedLines((await repo.git(argv, { signal })).stdout);
  const names = await repo.git(['diff', '--name-only', '--no-renames', '-z', base.commit, commit], { signal });
  const files: ChangedFile[] = [];
  for (const path of names.stdout.split('\0').filter(Boolean)) {
    const [before, after] = await Promise.all([repo.read(base.commit, path), repo.read(commit, path)]);
    files.push({ path, before, after, removed: [], added: [], ...ranges.get(path) });
  }
  return files;
}

/** Reads a diff without context (`git diff -U0`): by file, the numbers of its lines. Pure. @internal for tests */
export function changedLines(diff: string): Map<string, { removed: number[]; added: number[] }> {
  const files = new Map<string, { removed: number[]; added: number[] }>();
  let file = { removed: [] as number[], added: [] as number[] };
  let [removedLeft, addedLeft] = [0, 0];
  let from = '';
  for (const text of diff.split('\n')) {
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(text);
    if (hunk !== null) {
      removedLeft = Number(hunk[2] ?? 1);
      addedLeft = Number(hunk[4] ?? 1);
      file.removed.push(...numbers(Number(hunk[1]), removedLeft));
      file.added.push(...numbers(Number(hunk[3]), addedLeft));
    } else if (removedLeft > 0 && text.startsWith('-')) removedLeft--;
    else if (addedLeft > 0 && text.startsWith('+')) addedLeft--;
    else if (text.startsWith('--- ')) from = text;
    else if (text.startsWith('+++ ')) {
      const name = text === '+++ /dev/null' ? from : text;
      file = { removed: [], added: [] };
      files.set(
        name
          .slice(4)
          .replace(/^[ab]\//, '')
          .replace(/\t$/, ''),
        file,
      );
    }
  }
  return files;
}

function numbers(first: number, count: number): number[] {
  return Array.from({ length: count }, (_none, index) => first + index);
}
