// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { applySeries } from '../../../harness/kernel/series/apply-series.ts';
import { inBuildTree, buildTreeRoot, boundBuildTrees } from '../../../harness/kernel/build/build-tree.ts';
import { parseDiff } from '../../../harness/kernel/series/diff.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { repoOf } from '../source.ts';

beforeEach(() => vi.stubEnv('HAZMAT_CACHE', temporaryFolder()));
afterEach(() => vi.unstubAllEnvs());

const diff = '--- a/fs/a.c\n+++ b/fs/a.c\n@@ -1 +1 @@\n-int a;\n+int b;\n';

test('from one commit to the next only the files that differ are written, and what was built stays', async () => {
  const { repo, commit } = await repoOf({ 'fs/a.c': 'int a;\n', 'fs/b.c': 'int x;\n' });
  const patch = { name: '1', diff, files: parseDiff(diff).files, message: 'one', author: undefined };
  const [applied] = await applySeries(repo, commit, { name: 's', patches: [patch] });
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
    // A file that somebody changed behind our back is as the commit has it again.
    writeFileSync(path.join(buildTree.tree, 'fs/b.c'), 'broken');
    await buildTree.moveTo(commit);
    expect(readFileSync(path.join(buildTree.tree, 'fs/b.c'), 'utf8')).toBe('int x;\n');
  });
});

test('one build at a time stands at a buildTree, and the other is told that it waits', async () => {
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
    { waiting: () => order.push('waiting') },
  );
  await vi.waitFor(() => expect(order).toContain('waiting'));
  leave?.();
  await Promise.all([first, second]);
  expect(order).toEqual(['first begins', 'waiting', 'first ends', 'second']);
});

test('the buildTrees least recently used are removed, but none at which somebody stands', async () => {
  const { repo } = await repoOf({ 'fs/a.c': 'int a;\n' });
  for (const [index, name] of ['old', 'older', 'new'].entries()) {
    await inBuildTree(repo, name, () => Promise.resolve());
    const used = new Date([2_000_000, 1_000_000, 3_000_000][index] ?? 0);
    utimesSync(path.join(buildTreeRoot(), name), used, used);
  }
  await inBuildTree(repo, 'older', async () => {
    utimesSync(path.join(buildTreeRoot(), 'older'), new Date(1_000_000), new Date(1_000_000));
    expect((await boundBuildTrees(1)).map((folder) => path.basename(folder))).toEqual(['old']);
  });
  expect(readdirSync(buildTreeRoot()).sort()).toEqual(['new', 'older']);
});
