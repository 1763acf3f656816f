// SPDX-License-Identifier: GPL-2.0-only
// The kernels in the cache, stock and built ones, by what went into them.

import path from 'node:path';
import { cacheRoot } from '../host/places.ts';
import { parseSize } from '../host/size.ts';
import { Cache } from '../host/cache.ts';

/** What kernels may take, in bytes: some 120 built ones. HAZMAT_KERNELS_MAX overrides. */
const defaultMax = 10 * 2 ** 30;

export function kernelCache(): Cache {
  return new Cache(path.join(cacheRoot(), 'kernels'));
}

/**
 * The folder of a kernel, made if need be. It stays until `releaseKernels`. After one was made, the least recently used of
 * the others go until the rest fits into HAZMAT_KERNELS_MAX.
 */
export async function ensureKernel(
  id: string,
  make: (folder: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<string> {
  const cache = kernelCache();
  cache.hold(id);
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

/** At the end of a run: its kernels may go when there is need. */
export function releaseKernels(): void {
  kernelCache().release();
}
