// SPDX-License-Identifier: GPL-2.0-only
// Applies a series to a commit with git apply, one commit per patch, as git am does; no work tree is needed. The error for
// what does not apply shows the hunk.

import { rmSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../host/errors.ts';
import type { ProgramOptions } from '../../host/program.ts';
import type { Hunk } from './diff.ts';
import type { Patch, Series } from './patch.ts';
import type { SourceRepo } from '../source/source-repo.ts';

/** A patch with the commit that it became. */
export interface AppliedPatch {
  patch: Patch;
  commit: string;
}

/**
 * Applies every patch in order on top of `base` and returns the commits, authors kept.
 * @throws UsageError naming the patch and the hunk, and showing what the file has instead.
 */
export async function applySeries(
  repo: SourceRepo,
  base: string,
  series: Pick<Series, 'patches'>,
  signal?: AbortSignal,
): Promise<AppliedPatch[]> {
  const scratch = repo.scratch();
  const options: ProgramOptions = { env: { GIT_INDEX_FILE: path.join(scratch, 'index') }, signal };
  const applied: AppliedPatch[] = [];
  try {
    await repo.git(['read-tree', base], options);
    let parent = base;
    for (const [index, patch] of series.patches.entries()) {
      checkPaths(patch);
      const leaveOut = index === 0 && series.patches.length > 1 ? ' SERIES#2- leaves it out.' : '';
      await applyPatch(repo, parent, patch, leaveOut, options);
      const tree = (await repo.git(['write-tree'], options)).stdout.trim();
      parent = await commitPatch(repo, tree, parent, patch);
      applied.push({ patch, commit: parent });
    }
    return applied;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** What a Linux filesystem takes, less what the path of a build tree may need. Bytes. */
const longest = { name: 255, path: 3500 };

/** @throws UsageError for a file that no work tree could have */
function checkPaths(patch: Patch): void {
  const bad = patch.files.find(
    ({ path: file }) =>
      Buffer.byteLength(file) > longest.path || file.split('/').some((name) => Buffer.byteLength(name) > longest.name),
  );
  if (bad === undefined) return;
  throw new UsageError(`${patch.name} has a file with a name that is too long: ${bad.path.slice(0, 60)}...`);
}

/** @throws UsageError when git refuses the patch's author */
async function commitPatch(repo: SourceRepo, tree: string, parent: string, patch: Patch): Promise<string> {
  try {
    return await repo.commitTree(tree, parent, patch.message, patch.author);
  } catch (error) {
    const problem = patch.author === undefined ? undefined : await repo.authorProblem(patch.author);
    if (problem === undefined) throw error;
    throw new UsageError(`${patch.name}: git refuses its author or date: ${problem}`, {
      hint: `From: ${patch.author?.name ?? ''} <${patch.author?.email ?? ''}>, Date: ${patch.author?.date ?? ''}`,
      cause: error,
    });
  }
}

/** @param leaveOut what can be done when the source has the change already */
async function applyPatch(
  repo: SourceRepo,
  parent: string,
  patch: Patch,
  leaveOut: string,
  options: ProgramOptions,
): Promise<void> {
  const apply = (flags: string[]): ReturnType<SourceRepo['git']> =>
    repo.git(['apply', '--cached', '-p1', '--whitespace=nowarn', ...flags, '-'], {
      ...options,
      input: patch.diff,
      accept: [0, 1, 128],
    });
  const { exitCode, stderr } = await apply([]);
  if (exitCode === 0) return;
  const reverse = await apply(['-R', '--check']);
  const [, file] = patchFailed.exec(stderr) ?? [];
  const text = file === undefined ? undefined : await repo.read(parent, file);
  throw new UsageError(`${patch.name} does not apply: ${applyFault(stderr)}`, {
    hint:
      reverse.exitCode === 0
        ? `The source has this change already.${leaveOut}`
        : (explainHunk(stderr, patch, text) ?? stderr.trim()),
  });
}

const patchFailed = /^error: patch failed: (.+):(\d+)$/m;

/** The error of git apply, as the end of a sentence. */
function applyFault(stderr: string): string {
  const failed = patchFailed.exec(stderr);
  if (failed !== null) return `the hunk at line ${failed[2] ?? ''} of ${failed[1] ?? ''}`;
  return /^error: (.+)$/m.exec(stderr)?.[1] ?? stderr.trim();
}

/**
 * The hunk that failed, and the lines that the file has instead; undefined when git named no hunk.
 * @param stderr of git apply
 * @param text of the file that git named
 */
function explainHunk(stderr: string, patch: Pick<Patch, 'files'>, text: string | undefined): string | undefined {
  const [, file, start] = patchFailed.exec(stderr) ?? [];
  const touched = patch.files.find((one) => one.path === file);
  const index = touched?.hunks.findIndex((hunk) => hunk.oldStart === Number(start)) ?? -1;
  const hunk = touched?.hunks[index];
  if (hunk === undefined || touched === undefined || text === undefined) return undefined;
  const lines = text.split('\n');
  const at = bestPlace(lines, hunk);
  const shown = (one: readonly string[], first: number, other: readonly string[]): string[] =>
    one.map((line, offset) => {
      const same = line === other[offset];
      const text = !same && sameButBlanks(line, other[offset]) ? withBlanksShown(line) : line;
      return `${same ? ' ' : '>'} ${String(first + offset).padStart(5)}  ${text}`;
    });
  const there = lines.slice(at, at + hunk.old.length);
  if (hunk.old.every((line, offset) => line === there[offset])) {
    return [
      `hunk ${index + 1} of ${touched.hunks.length} (line ${hunk.line} of the patch): its old lines are in ${file ?? ''}, from line ${at + 1}.`,
      'A hunk without context after its last change matches only at the end of a file (is the patch cut off, or made with',
      '-U0?). Otherwise an earlier hunk of the patch changes these lines.',
    ].join('\n');
  }
  return [
    `hunk ${index + 1} of ${touched.hunks.length} (line ${hunk.line} of the patch) wants:`,
    ...shown(hunk.old, hunk.oldStart, there),
    `${file ?? ''} has:`,
    ...shown(there, at + 1, hunk.old),
  ].join('\n');
}

function sameButBlanks(line: string, other: string | undefined): boolean {
  return line.replace(/\s/g, '') === other?.replace(/\s/g, '');
}

/** Blanks that differ, as `cat -A` shows them: ^I for a tab, ^M for a carriage return, $ at the end. */
function withBlanksShown(line: string): string {
  return `${line.replaceAll('\t', '^I').replaceAll('\r', '^M')}$`;
}

/** The line, from 0, at which most lines of a hunk match; of equals the one nearest to where the hunk should be. */
function bestPlace(lines: readonly string[], hunk: Hunk): number {
  let [best, bestCount] = [hunk.oldStart - 1, 0];
  for (let at = 0; at < lines.length; at++) {
    const count = hunk.old.filter((line, offset) => line.trim() !== '' && lines[at + offset] === line).length;
    const nearer = Math.abs(at + 1 - hunk.oldStart) < Math.abs(best + 1 - hunk.oldStart);
    if (count > bestCount || (count === bestCount && count > 0 && nearer)) [best, bestCount] = [at, count];
  }
  return best;
}
