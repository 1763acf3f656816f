// SPDX-License-Identifier: GPL-2.0-only
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keptWarnings } from '../../../harness/kernel/build/kept-warnings.ts';
import { mergeWarnings, type Warnings } from '../../../harness/kernel/build/warnings.ts';
import { ensureKernel } from '../../../harness/kernel/kernel-cache.ts';
import { temporaryFolder } from '../../host/temporary.ts';

beforeEach(() => vi.stubEnv('HAZMAT_CACHE', temporaryFolder()));
afterEach(() => vi.unstubAllEnvs());

const built =
  (warnings: Warnings) =>
  (folder: string): Promise<void> => {
    mergeWarnings(folder, warnings);
    return Promise.resolve();
  };

test('a built kernel has its warnings, even none; a stock kernel and one that is gone have nothing', async () => {
  const warnings = new Map([['fs/a.o', ['fs/a.c: unused']]]);
  await ensureKernel('built', built(warnings));
  await ensureKernel('clean', built(new Map()));
  await ensureKernel('stock', () => Promise.resolve());
  expect(keptWarnings('built')).toEqual(warnings);
  expect(keptWarnings('clean')).toEqual(new Map());
  expect(['stock', 'gone', undefined].map(keptWarnings)).toEqual([undefined, undefined, undefined]);
});
