// SPDX-License-Identifier: GPL-2.0-only
// hazmat clean: frees the cache.

import { Command } from 'commander';
import { cacheRoot } from '../host/places.ts';
import { formatSize } from '../host/size.ts';
import { cleanCache } from '../run/clean-cache.ts';
import { sweep } from '../run/sweep.ts';

export function cleanCommand(): Command {
  return new Command('clean')
    .description('Remove saved guests and leftovers; results are kept.')
    .option('--all', 'the whole cache: kernels, sources, builds and package lists too')
    .action(async ({ all }: { all?: boolean }) => {
      for (const line of await sweep()) process.stdout.write(`${line}\n`);
      const { bytes, inUse } = cleanCache(all === true);
      for (const name of inUse) process.stdout.write(`kept ${name}: another hazmat uses it\n`);
      process.stdout.write(`freed ${formatSize(bytes)} in ${cacheRoot()}\n`);
    });
}
