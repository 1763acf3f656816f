// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { resolveBase } from '../../../harness/kernel/source/base.ts';
import { loadCatalog } from '../../../harness/kernel/catalog.ts';
import { importTar } from '../../../harness/kernel/source/import-tar.ts';
import { SourceRepo } from '../../../harness/kernel/source/source-repo.ts';
import type { BaseSpec } from '../../../harness/kernel/spec.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { userGit, writeTree } from '../source.ts';

const files = { Makefile: 'VERSION = 6\n', 'fs/a.c': 'int a;\n', 'scripts/tool': '#!/bin/sh\n', '.gitignore': '*.o\n' };

function sourceTree(): string {
  const folder = path.join(temporaryFolder(), 'linux');
  writeTree(folder, files);
  execFileSync('chmod', ['+x', path.join(folder, 'scripts/tool')]);
  symlinkSync('../fs/a.c', path.join(folder, 'scripts/link'));
  return folder;
}

async function emptyRepo(): Promise<SourceRepo> {
  return SourceRepo.open(path.join(temporaryFolder(), 'sources.git'));
}

const base = (repo: SourceRepo, spec: BaseSpec): ReturnType<typeof resolveBase> =>
  resolveBase(repo, spec, loadCatalog(), {});

/** Mode, path and blob of everything in a commit. */
async function listing(repo: SourceRepo, commit: string): Promise<string> {
  return (await repo.git(['ls-tree', '-r', commit])).stdout;
}

function committed(): { folder: string; head: string } {
  const folder = sourceTree();
  userGit(folder, 'init', '-q');
  userGit(folder, 'add', '-A');
  userGit(folder, 'commit', '-qm', 'first');
  return { folder, head: userGit(folder, 'rev-parse', 'HEAD') };
}

test.each([
  ['tar', '-cf'],
  ['tar.gz', '-czf'],
  ['tar.xz', '-cJf'],
])('a .%s becomes the very tree that git makes of the same files', async (ending, flags) => {
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
  ['no tarball at all', () => Buffer.from('hello'), /x\.tar\.xz cannot be unpacked/],
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
    'thing.tar is no tarball of a kernel’s source: it has no Makefile in its one folder',
  );
  expect((await repo.git(['for-each-ref'])).stdout).toBe('');
});

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
  ['git', { kind: 'git', path: '/nowhere', ref: 'HEAD' }, 'there is no /nowhere'],
  ['tarball', { kind: 'tarball', file: '/nowhere.tar' }, 'there is no file /nowhere.tar'],
  ['tree', { kind: 'tree', path: '/' }, '/ is no kernel tree: it has no Makefile'],
] satisfies [string, BaseSpec, string][])('a %s that is not there is told', async (_kind, spec, message) => {
  await expect(base(await emptyRepo(), spec)).rejects.toThrow(message);
});

test('an unknown commit is told', async () => {
  const { folder } = committed();
  await expect(base(await emptyRepo(), { kind: 'git', path: folder, ref: 'v9.9' })).rejects.toThrow(
    `git does not know v9.9 in ${folder}`,
  );
});

test('a work tree is taken as it stands: changed, new and removed files, without what git ignores', async () => {
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

test('a tree without git will do as well', async () => {
  const folder = sourceTree();
  const repo = await emptyRepo();
  const { commit, origin } = await base(repo, { kind: 'tree', path: folder });
  expect(origin).toMatch(/\(tree [0-9a-f]{12}\)$/);
  expect(await repo.read(commit, 'fs/a.c')).toBe('int a;\n');
  expect(existsSync(path.join(folder, '.git'))).toBe(false);
});

test('a tree whose own .gitignore leaves everything out, as Debian’s does, is taken in all the same', async () => {
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

test('a repository that was borrowed from and is gone is forgotten, without a word of git', async () => {
  const { folder } = committed();
  const repo = await emptyRepo();
  await base(repo, { kind: 'git', path: folder, ref: 'HEAD' });
  rmSync(folder, { recursive: true });
  const again = await SourceRepo.open(repo.folder);
  expect((await again.git(['cat-file', '-e', '0123456789'], { accept: [0, 1, 128] })).stderr).not.toContain(
    'alternate',
  );
});
