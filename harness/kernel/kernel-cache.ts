// SPDX-License-Identifier: GPL-2.0-only
// The kernels in the cache, stock and built, by key of what they were made of.

import path from 'node:path';
import { cacheRoot } from '../host/places.ts';
import { parseSize } from '../host/size.ts';
import { Cache } from '../host/cache.ts';

/** How many bytes the kernels may take: some 120 built ones. HAZMAT_KERNELS_MAX overrides. */
const defaultMax = 10 * 2 ** 30;

/** The cache of kernels. */
export function kernelCache(): Cache {
  return new Cache(path.join(cacheRoot(), 'kernels'));
}

/**
 * The folder of a kernel; `make` fills it when it is not in the cache. It stays until `releaseKernels`. After one was made,
 * the least recently used others are removed until the rest fits into HAZMAT_KERNELS_MAX.
 */
export async function ensureKernel(
  id: string,
  make: (folder: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<string> {
  const cache = kernelCache();
  await cache.hold(id, signal);
  try {
    const present = cache.find(id);
    if (present !== undefined) return present;
    const folder = await cache.ensure(id, make, signal);
    cache.shrink(parseSize(process.env.HAZMAT_KERNELS_MAX ?? '') ?? defaultMax);
    return folder;
  } catch (error) {
    cache.letGo(id);
    throw error;
  }
}

/** At the end of a run: its kernels may be removed from now on. */
export function releaseKernels(): void {
  kernelCache().release();
}
