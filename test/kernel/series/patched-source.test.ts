// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { describeSource, patchSource } from '../../../harness/kernel/series/patched-source.ts';
import { repoOf } from '../source.ts';
import { before, diffOf, seriesOf } from './small-series.ts';

test('a source with a series is the commit of its last patch, and without one it is the base', async () => {
  const { repo, commit } = await repoOf({ 'fs/a.c': before });
  const base = { commit, origin: 'linux-source-6.12 6.12.9 (6.12.9-1)' };
  const plain = await patchSource(repo, base, undefined);
  expect(plain).toMatchObject({ commit, applied: [] });
  expect(describeSource(plain)).toBe('linux-source-6.12 6.12.9 (6.12.9-1)');

  const series = seriesOf(diffOf('\tint a;', '\tint a = 1;'), diffOf('\tint a = 1;', '\tint a = 2;'));
  const patched = await patchSource(repo, base, series);
  expect(patched.applied.at(-1)?.commit).toBe(patched.commit);
  expect(await repo.read(patched.commit, 'fs/a.c')).toContain('int a = 2;');
  expect(describeSource(patched)).toBe('linux-source-6.12 6.12.9 (6.12.9-1) with 2 patches of some');
});

test('a series that does not apply is an error, and the base is not changed', async () => {
  const { repo, commit } = await repoOf({ 'fs/a.c': before });
  const series = seriesOf(diffOf('\tlong a;', '\tint b;'));
  await expect(patchSource(repo, { commit, origin: 'x' }, series)).rejects.toThrow('1.patch does not apply');
  expect(await repo.read(commit, 'fs/a.c')).toBe(before);
});
