// SPDX-License-Identifier: GPL-2.0-only
// Putting a series into a tree with git apply, which does what git am does to the files. What does not apply is told by hunk.

import { copyFileSync, existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../host/errors.ts';
import { runProgram, type ProgramOptions } from '../host/program.ts';
import type { Hunk, TouchedFile } from './diff.ts';
import type { Patch, Series } from './series.ts';

/**
 * Applies every patch in order. `read`: text of a file of the tree; `leftOut`: whether a path is not in the tree by choice.
 * @throws UsageError naming the patch, the hunk and what stands in its place.
 */
export async function applySeries(
  series: Series,
  tree: string,
  read: (file: string) => string | undefined,
  leftOut: (file: string) => boolean,
  signal?: AbortSignal,
): Promise<void> {
  const options: ProgramOptions = {
    cwd: tree,
    // The cache may lie in somebody's repository, and git apply would then look for the paths there.
    env: {
      GIT_CEILING_DIRECTORIES: path.dirname(tree),
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      LC_ALL: 'C',
    },
    ...(signal === undefined ? {} : { signal }),
  };
  for (const patch of series.patches) {
    const files = patch.files.filter(({ path: file }) => !leftOut(file));
    if (files.length === 0) continue;
    for (const { path: file } of files) unlink(path.join(tree, file));
    const excludes = patch.files.filter(({ path: file }) => leftOut(file)).map(({ path: file }) => `--exclude=${file}`);
    const argv = ['git', 'apply', '-p1', '--whitespace=nowarn', ...excludes, '-'];
    const result = await runProgram(argv, { ...options, input: patch.diff, accept: [0, 1, 128] });
    if (result.exitCode === 0) continue;
    const reverse = await runProgram(['git', 'apply', '-R', '--check', '-p1', ...excludes, '-'], {
      ...options,
      input: patch.diff,
      accept: [0, 1, 128],
    });
    throw new UsageError(`${patch.name} does not apply: ${applyFault(result.stderr)}`, {
      hint:
        reverse.exitCode === 0
          ? 'The tree has this change already.'
          : (explainHunk(result.stderr, patch, read) ?? result.stderr.trim()),
    });
  }
}

/** Gives a file of the tree an inode of its own, so that the store's copy is safe from whatever writes to it. */
function unlink(file: string): void {
  if (!existsSync(file)) return;
  const part = `${file}.hazmat-part`;
  copyFileSync(file, part);
  renameSync(part, file);
}

/** What git apply said, as the end of a sentence. */
export function applyFault(stderr: string): string {
  const failed = /^error: patch failed: (.+):(\d+)$/m.exec(stderr);
  if (failed !== null) return `the hunk at line ${failed[2] ?? ''} of ${failed[1] ?? ''}`;
  return /^error: (.+)$/m.exec(stderr)?.[1] ?? stderr.trim();
}

/** The hunk that failed beside what stands in the tree. */
export function explainHunk(
  stderr: string,
  patch: Pick<Patch, 'files'>,
  read: (file: string) => string | undefined,
): string | undefined {
  const [, file, start] = /^error: patch failed: (.+):(\d+)$/m.exec(stderr) ?? [];
  const touched: TouchedFile | undefined = patch.files.find((one) => one.path === file);
  const index = touched?.hunks.findIndex((hunk) => hunk.oldStart === Number(start)) ?? -1;
  const hunk = touched?.hunks[index];
  const text = read(file ?? '');
  if (hunk === undefined || touched === undefined || text === undefined) return undefined;
  const lines = text.split('\n');
  const at = bestPlace(lines, hunk);
  const shown = (one: readonly string[], first: number, other: readonly string[]): string[] =>
    one.map((line, offset) => `${line === other[offset] ? ' ' : '>'} ${String(first + offset).padStart(5)}  ${line}`);
  const there = lines.slice(at, at + hunk.old.length);
  return [
    `hunk ${index + 1} of ${touched.hunks.length} (line ${hunk.line} of the patch) wants:`,
    ...shown(hunk.old, hunk.oldStart, there),
    `${file ?? ''} has:`,
    ...shown(there, at + 1, hunk.old),
  ].join('\n');
}

/** The line, from 0, at which most lines of a hunk stand; the nearest to where it should be among equals. */
function bestPlace(lines: readonly string[], hunk: Hunk): number {
  let [best, bestCount] = [hunk.oldStart - 1, 0];
  for (let at = 0; at < lines.length; at++) {
    const count = hunk.old.filter((line, offset) => line.trim() !== '' && lines[at + offset] === line).length;
    const nearer = Math.abs(at + 1 - hunk.oldStart) < Math.abs(best + 1 - hunk.oldStart);
    if (count > bestCount || (count === bestCount && count > 0 && nearer)) [best, bestCount] = [at, count];
  }
  return best;
}
