// SPDX-License-Identifier: GPL-2.0-only
// Frees space in the cache.

import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Cache } from '../host/cache.ts';
import { diskUsage } from '../host/disk-usage.ts';
import { cacheRoot } from '../host/places.ts';

/** What the next run makes again within seconds or minutes, without the network. */
const madeAgain = ['checkpoints', 'initramfs'];

/** Removes saved guests and initramfs, or with `all` the whole cache. Returns how many bytes that frees. */
export function cleanCache(all: boolean): number {
  const root = cacheRoot();
  if (all) {
    const names = existsSync(root) ? readdirSync(root) : [];
    // By each entry's share: entries in different folders may be links to the same file.
    const bytes = names.reduce((sum, name) => sum + diskUsage(path.join(root, name)).share, 0);
    rmSync(root, { recursive: true, force: true });
    return bytes;
  }
  let bytes = 0;
  for (const name of madeAgain) {
    const cache = new Cache(path.join(root, name));
    for (const entry of cache.entries()) {
      cache.remove(entry.key);
      bytes += entry.share;
    }
  }
  return bytes;
}
