// SPDX-License-Identifier: GPL-2.0-only
import { linkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ensureKernel, kernelCache, releaseKernels } from '../../harness/kernel/kernel-cache.ts';
import { temporaryFolder } from '../host/temporary.ts';

beforeEach(() => {
  vi.stubEnv('HAZMAT_CACHE', temporaryFolder());
  vi.stubEnv('HAZMAT_KERNELS_MAX', '60K');
});
afterEach(() => vi.unstubAllEnvs());

const sixteen = 'x'.repeat(16 * 1024);

/** Makes a kernel of 16 KiB and a manifest of 4 KiB, or of links to that of another. */
async function make(id: string, from?: string): Promise<void> {
  await ensureKernel(id, (folder) => {
    const file = path.join(folder, 'vmlinuz');
    if (from === undefined) writeFileSync(file, sixteen);
    else linkSync(path.join(kernelCache().root, from, 'vmlinuz'), file);
    return Promise.resolve();
  });
}

function kept(): string[] {
  return kernelCache()
    .entries()
    .map(({ key }) => key)
    .sort();
}

function age(id: string, seconds: number): void {
  const then = new Date(Date.now() - seconds * 1000);
  utimesSync(path.join(kernelCache().root, id), then, then);
}

test('kernels beyond the limit go when another is made, the least recently used first, none that the run uses', async () => {
  await make('one');
  age('one', 30);
  await make('two');
  age('two', 20);
  await make('three');
  await make('four');
  expect(kept()).toEqual(['four', 'one', 'three', 'two']);
  releaseKernels();
  await make('one');
  expect(kept()).toEqual(['four', 'one', 'three', 'two']); // nothing was made: nothing was looked at
  await make('five');
  expect(kept()).toEqual(['five', 'four', 'one']);
});

test('what kernels share by links is counted once', async () => {
  await make('stock');
  for (const id of ['a', 'b', 'c', 'd']) await make(id, 'stock');
  releaseKernels();
  vi.stubEnv('HAZMAT_KERNELS_MAX', '56K'); // two files of 16 KiB, six manifests of 4 KiB
  await make('other');
  expect(kept()).toEqual(['a', 'b', 'c', 'd', 'other', 'stock']);
});
