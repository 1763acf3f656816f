// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { applySeries } from '../../../harness/kernel/series/apply-series.ts';
import {
  boundBuildTrees,
  buildTreeLimit,
  buildTreeRoot,
  inBuildTree,
} from '../../../harness/kernel/build/build-tree.ts';
import { parseDiff } from '../../../harness/kernel/series/diff.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { repoOf } from '../source.ts';

beforeEach(() => vi.stubEnv('HAZMAT_CACHE', temporaryFolder()));
afterEach(() => vi.unstubAllEnvs());

const diff = '--- a/fs/a.c\n+++ b/fs/a.c\n@@ -1 +1 @@\n-int a;\n+int b;\n';

test('from one commit to the next only the files that differ are written, and what was built stays', async () => {
  const { repo, commit } = await repoOf({ 'fs/a.c': 'int a;\n', 'fs/b.c': 'int x;\n' });
  const patch = { name: '1', diff, files: parseDiff(diff).files, message: 'one', author: undefined, subject: '' };
  const [applied] = await applySeries(repo, commit, { patches: [patch] });
  const old = new Date(1000);
  await inBuildTree(repo, 'one', async (buildTree) => {
    await buildTree.moveTo(commit);
    for (const file of ['fs/a.c', 'fs/b.c']) utimesSync(path.join(buildTree.tree, file), old, old);
    writeFileSync(path.join(buildTree.tree, 'fs/a.o'), 'object');
  });
  await inBuildTree(repo, 'one', async (buildTree) => {
    await buildTree.moveTo(applied?.commit ?? '');
    expect(readFileSync(path.join(buildTree.tree, 'fs/a.c'), 'utf8')).toBe('int b;\n');
    expect(statSync(path.join(buildTree.tree, 'fs/a.c')).mtimeMs).toBeGreaterThan(1000);
    expect(existsSync(path.join(buildTree.tree, 'fs/a.o'))).toBe(true);
    // A file that something else changed is as in the commit again.
    writeFileSync(path.join(buildTree.tree, 'fs/b.c'), 'broken');
    await buildTree.moveTo(commit);
    expect(readFileSync(path.join(buildTree.tree, 'fs/b.c'), 'utf8')).toBe('int x;\n');
  });
});

test('one build at a time uses a build tree, and the other one notes that it waits', async () => {
  const { repo } = await repoOf({ 'fs/a.c': 'int a;\n' });
  const order: string[] = [];
  let leave: (() => void) | undefined;
  const first = inBuildTree(repo, 'one', async () => {
    order.push('first begins');
    await new Promise<void>((resolve) => (leave = resolve));
    order.push('first ends');
  });
  await vi.waitFor(() => expect(order).toEqual(['first begins']));
  const second = inBuildTree(
    repo,
    'one',
    () => {
      order.push('second');
      return Promise.resolve();
    },
    { progress: (note) => order.push(note) },
  );
  await vi.waitFor(() => expect(order).toContain('waiting for another build in the build tree one'));
  leave?.();
  await Promise.all([first, second]);
  expect(order).toEqual(['first begins', 'waiting for another build in the build tree one', 'first ends', 'second']);
});

test('the build trees least recently used are removed, but none that is in use', async () => {
  const { repo } = await repoOf({ 'fs/a.c': 'int a;\n' });
  for (const [index, name] of ['old', 'older', 'new'].entries()) {
    await inBuildTree(repo, name, () => Promise.resolve());
    const used = new Date([2_000_000, 1_000_000, 3_000_000][index] ?? 0);
    utimesSync(path.join(buildTreeRoot(), name), used, used);
  }
  await inBuildTree(repo, 'older', () => {
    utimesSync(path.join(buildTreeRoot(), 'older'), new Date(1_000_000), new Date(1_000_000));
    expect(boundBuildTrees(1).map((folder) => path.basename(folder))).toEqual(['old']);
    return Promise.resolve();
  });
  expect(readdirSync(buildTreeRoot()).sort()).toEqual(['new', 'older']);
});

test('after a build the build trees beyond the limit are removed', async () => {
  vi.stubEnv('HAZMAT_BUILD_TREES_MAX', '1');
  const { repo } = await repoOf({ 'fs/a.c': 'int a;\n' });
  await inBuildTree(repo, 'old', () => Promise.resolve());
  utimesSync(path.join(buildTreeRoot(), 'old'), new Date(1000), new Date(1000));
  expect(await inBuildTree(repo, 'new', () => Promise.resolve('done'))).toBe('done');
  expect(readdirSync(buildTreeRoot())).toEqual(['new']);
});

test('the limit is HAZMAT_BUILD_TREES_MAX', () => {
  expect(buildTreeLimit()).toBe(5);
  vi.stubEnv('HAZMAT_BUILD_TREES_MAX', '2');
  expect(buildTreeLimit()).toBe(2);
});
