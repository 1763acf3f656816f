// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { SourceRepo, sourceRepoFolder, sweepSources } from '../../../harness/kernel/source/source-repo.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { repoOf } from '../source.ts';
import { base, committed, emptyRepo } from './small-tree.ts';

test('a repository that was borrowed from and is gone is forgotten, and git prints no error about it', async () => {
  const { folder } = committed();
  const repo = await emptyRepo();
  await base(repo, { kind: 'git', path: folder, ref: 'HEAD' });
  rmSync(folder, { recursive: true });
  const again = await SourceRepo.open(repo.folder);
  expect((await again.git(['cat-file', '-e', '0123456789'], { accept: [0, 1, 128] })).stderr).not.toContain(
    'alternate',
  );
});

test('a file, the list of files and the tree of a commit are read; what does not exist is undefined', async () => {
  const { repo, commit } = await repoOf({ 'fs/a.c': 'int a;\n', 'a b': 'x' });
  expect(await repo.read(commit, 'fs/a.c')).toBe('int a;\n');
  expect(await repo.read(commit, 'fs/gone.c')).toBeUndefined();
  expect((await repo.files(commit)).map((file) => file.path)).toEqual(['a b', 'fs/a.c']);
  expect(await repo.commit('0123456789')).toBeUndefined();
  expect(await repo.named('some/name')).toBeUndefined();
  await repo.name('some/name', commit);
  expect(await repo.named('some/name')).toBe(commit);
});

test('the same tree and author make the same commit, and an author without a date has that of all imports', async () => {
  const { repo, commit } = await repoOf({ 'fs/a.c': 'int a;\n' });
  const tree = await repo.treeOf(commit);
  expect(await repo.commitTree(tree, undefined, 'base')).toBe(commit);
  const author = { name: '', email: 'a@localhost', date: '' };
  const one = await repo.commitTree(tree, commit, 'one', author);
  const { stdout } = await repo.git(['log', '-1', '--format=%an %ae %at', one]);
  expect(stdout.trim()).toBe('a@localhost a@localhost 1');
});

test('temporary folders of processes that ended are removed, those of this one stay', async () => {
  vi.stubEnv('HAZMAT_CACHE', temporaryFolder());
  try {
    expect(sweepSources()).toEqual([]);
    const repo = await SourceRepo.open();
    const own = repo.scratch();
    const left = path.join(sourceRepoFolder(), 'scratch-0.part.999999999-1');
    mkdirSync(left);
    expect(sweepSources()).toEqual([left]);
    expect([own, left].map((folder) => existsSync(folder))).toEqual([true, false]);
  } finally {
    vi.unstubAllEnvs();
  }
});
