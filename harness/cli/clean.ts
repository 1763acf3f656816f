// SPDX-License-Identifier: GPL-2.0-only
// hazmat clean: frees the cache.

import { rmSync } from 'node:fs';
import { Command } from 'commander';
import { cacheRoot } from '../host/places.ts';
import { formatSize } from '../host/size.ts';
import { caches, cacheNames, sweep } from '../run/sweep.ts';

export function cleanCommand(): Command {
  return new Command('clean')
    .description('Remove saved guests and leftovers; results are kept.')
    .option('--all', 'the whole cache: kernels, sources, builds and package lists too')
    .action(async ({ all }: { all?: boolean }) => {
      for (const line of await sweep()) process.stdout.write(`${line}\n`);
      let bytes = 0;
      for (const [index, cache] of caches().entries()) {
        if (all !== true && cacheNames[index] !== 'checkpoints' && cacheNames[index] !== 'initramfs') continue;
        for (const entry of cache.entries()) {
          cache.remove(entry.key);
          bytes += entry.share;
        }
      }
      if (all === true) rmSync(cacheRoot(), { recursive: true, force: true });
      process.stdout.write(`freed ${formatSize(bytes)} in ${cacheRoot()}\n`);
    });
}
