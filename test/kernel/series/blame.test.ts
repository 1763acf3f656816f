// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { applySeries } from '../../../harness/kernel/series/apply-series.ts';
import { blamePatch } from '../../../harness/kernel/series/blame.ts';
import { repoOf } from '../source.ts';
import { before, diffOf, seriesOf } from './small-series.ts';

test('the patch that last touched a line is named', async () => {
  const { repo, commit } = await repoOf({ 'fs/a.c': before });
  const series = seriesOf(diffOf('\tint a;', '\tint a = 1;'), diffOf('\tint a = 1;', '\tint a = 2;'));
  const applied = await applySeries(repo, commit, series);
  expect(await blamePatch(repo, commit, applied, { file: 'fs/a.c', line: 3 })).toBe(
    '2.patch last touched line 3 of fs/a.c.',
  );
  expect(await blamePatch(repo, commit, applied, { file: 'fs/a.c', line: 5 })).toBe(
    '2.patch last touched fs/a.c, but not line 5.',
  );
  expect(await blamePatch(repo, commit, applied, { file: 'fs/b.c', line: 1 })).toBeUndefined();
});
