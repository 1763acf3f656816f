// SPDX-License-Identifier: GPL-2.0-only
// A cache with all that the real one has but checkpoints, for what fills it or bounds it.

import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { cacheRoot } from '../harness/host/places.ts';

/** Makes the cache in a folder. Returns its path, for HAZMAT_CACHE. */
export function cacheWithoutCheckpoints(folder: string): string {
  const cache = path.join(folder, 'cache');
  mkdirSync(cache);
  for (const name of readdirSync(cacheRoot())) {
    if (name !== 'checkpoints' && name !== 'guest-memory' && !name.startsWith('.'))
      symlinkSync(path.join(cacheRoot(), name), path.join(cache, name));
  }
  return cache;
}
