// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { userGit, writeTree } from '../source.ts';
import { base, committed, emptyRepo, listing, sourceTree } from './small-tree.ts';
import type { BaseSpec } from '../../../harness/kernel/spec.ts';

test('a commit of a repository is used as it is, and the repository is not touched', async () => {
  const { folder, head } = committed();
  writeFileSync(path.join(folder, 'fs/a.c'), 'int dirty;\n');
  const before = ['index', 'HEAD', 'config'].map((name) => statSync(path.join(folder, '.git', name)).mtimeMs);
  const repo = await emptyRepo();
  const { commit, origin } = await base(repo, { kind: 'git', path: folder, ref: 'HEAD' });
  expect(commit).toBe(head);
  expect(origin).toContain(head.slice(0, 12));
  expect(await repo.read(commit, 'fs/a.c')).toBe('int a;\n');
  const after = ['index', 'HEAD', 'config'].map((name) => statSync(path.join(folder, '.git', name)).mtimeMs);
  expect(after).toEqual(before);
  expect(userGit(folder, 'for-each-ref', '--format=%(refname)')).toMatch(/^refs\/heads\/\w+$/);
  expect(existsSync(path.join(folder, '.git/worktrees'))).toBe(false);
});

test.each([
  ['git', { kind: 'git', path: '/nowhere', ref: 'HEAD' }, 'there is no folder /nowhere'],
  ['tarball', { kind: 'tarball', file: '/nowhere.tar' }, 'there is no file /nowhere.tar'],
  ['tree', { kind: 'tree', path: '/' }, '/ is not a kernel tree: it has no Makefile'],
] satisfies [string, BaseSpec, string][])('a %s that does not exist is an error', async (_kind, spec, message) => {
  await expect(base(await emptyRepo(), spec)).rejects.toThrow(message);
});

test('an unknown commit is an error', async () => {
  const { folder } = committed();
  await expect(base(await emptyRepo(), { kind: 'git', path: folder, ref: 'v9.9' })).rejects.toThrow(
    `git does not know v9.9 in ${folder}`,
  );
});

test('a work tree is taken as it is: changed, new and removed files, without what git ignores', async () => {
  const { folder, head } = committed();
  const repo = await emptyRepo();
  const clean = await base(repo, { kind: 'tree', path: folder });
  expect(clean.commit).toBe(head);

  writeTree(folder, { 'fs/a.c': 'int b;\n', 'fs/new.c': 'int n;\n', 'fs/a.o': 'object' });
  rmSync(path.join(folder, 'scripts/link'));
  const index = readFileSync(path.join(folder, '.git/index'));
  const dirty = await base(repo, { kind: 'tree', path: folder });
  expect(dirty.origin).toMatch(/, with changes\)$/);
  expect((await listing(repo, dirty.commit)).replaceAll(/ blob [0-9a-f]+/g, '')).toBe(
    ['100644\t.gitignore', '100644\tMakefile', '100644\tfs/a.c', '100644\tfs/new.c', '100755\tscripts/tool', ''].join(
      '\n',
    ),
  );
  expect(await repo.read(dirty.commit, 'fs/a.c')).toBe('int b;\n');
  expect(readFileSync(path.join(folder, '.git/index')).equals(index)).toBe(true);
});

test('a tree without git is taken, too', async () => {
  const folder = sourceTree();
  const repo = await emptyRepo();
  const { commit, origin } = await base(repo, { kind: 'tree', path: folder });
  expect(origin).toMatch(/\(tree [0-9a-f]{12}\)$/);
  expect(await repo.read(commit, 'fs/a.c')).toBe('int a;\n');
  expect(existsSync(path.join(folder, '.git'))).toBe(false);
});

test('a tree whose own .gitignore excludes everything, as Debian’s does, is taken with all its files', async () => {
  const folder = sourceTree();
  writeTree(folder, { '.gitignore': '*.o\n!keep.o\n/*\n!/debian/\n', 'fs/a.o': 'object', 'fs/gone.c': '' });
  const repo = await emptyRepo();
  const first = await base(repo, { kind: 'tree', path: folder });
  expect(await repo.read(first.commit, 'fs/a.c')).toBe('int a;\n');
  expect(await repo.read(first.commit, 'fs/gone.c')).toBe('');
  expect(await repo.read(first.commit, 'fs/a.o')).toBeUndefined();
  writeTree(folder, { 'fs/a.c': 'int b;\n', 'fs/new.c': 'int n;\n' });
  rmSync(path.join(folder, 'fs/gone.c'));
  const { commit } = await base(repo, { kind: 'tree', path: folder });
  expect(await repo.read(commit, 'fs/a.c')).toBe('int b;\n');
  expect(await repo.read(commit, 'fs/new.c')).toBe('int n;\n');
  expect(await repo.read(commit, 'fs/gone.c')).toBeUndefined();
});
