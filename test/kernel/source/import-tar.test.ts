// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { importTar } from '../../../harness/kernel/source/import-tar.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { userGit, writeTree } from '../source.ts';
import { base, committed, emptyRepo } from './small-tree.ts';

test.each([
  ['tar', '-cf'],
  ['tar.gz', '-czf'],
  ['tar.xz', '-cJf'],
])('a .%s becomes the same tree that git makes of the files', async (ending, flags) => {
  const { folder, head } = committed();
  const file = path.join(temporaryFolder(), `linux-6.1.${ending}`);
  execFileSync('tar', [flags, file, '--exclude=.git', '-C', path.dirname(folder), 'linux']);
  const repo = await emptyRepo();
  const { commit, origin } = await base(repo, { kind: 'tarball', file });
  expect(origin).toBe(`linux-6.1.${ending}`);
  expect(await repo.treeOf(commit)).toBe(userGit(folder, 'rev-parse', `${head}^{tree}`));
  // The same file is not read again.
  rmSync(folder, { recursive: true });
  expect((await base(repo, { kind: 'tarball', file })).commit).toBe(commit);
});

test.each([
  ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 40), /x\.tar\.xz cannot be unpacked/],
  ['not a tarball', () => Buffer.from('hello'), /x\.tar\.xz cannot be unpacked/],
])('a tarball that is %s is refused, and nothing of it stays', async (_what, spoil, message) => {
  const { folder } = committed();
  const file = path.join(temporaryFolder(), 'x.tar.xz');
  execFileSync('tar', ['-cJf', file, '-C', path.dirname(folder), 'linux']);
  writeFileSync(file, spoil(readFileSync(file)));
  const repo = await emptyRepo();
  await expect(importTar(repo, file, 'tarball/x', 'x.tar.xz')).rejects.toThrow(message);
  expect(await repo.named('tarball/x')).toBeUndefined();
});

test('a tarball of something else is refused', async () => {
  const folder = temporaryFolder();
  writeTree(path.join(folder, 'thing'), { README: 'x' });
  const file = path.join(folder, 'thing.tar');
  execFileSync('tar', ['-cf', file, '-C', folder, 'thing']);
  const repo = await emptyRepo();
  await expect(base(repo, { kind: 'tarball', file })).rejects.toThrow(
    'thing.tar is not a tarball of a kernel’s source: its top folder has no Makefile',
  );
  expect((await repo.git(['for-each-ref'])).stdout).toBe('');
});
