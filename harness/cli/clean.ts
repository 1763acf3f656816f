// SPDX-License-Identifier: GPL-2.0-only
// hazmat clean: frees space in the cache.

import { Command } from 'commander';
import { cacheRoot } from '../host/places.ts';
import { formatSize } from '../host/size.ts';
import { cleanCache } from '../run/clean-cache.ts';
import { sweep } from '../run/sweep.ts';

export function cleanCommand(): Command {
  return new Command('clean')
    .description('Remove saved guests and leftovers of killed runs, nothing else.')
    .option('--all', 'remove the whole cache: kernels, sources, build trees and package lists too')
    .action(async ({ all = false }: { all?: boolean }) => {
      for (const line of await sweep()) process.stdout.write(`${line}\n`);
      const { bytes, inUse } = cleanCache(all);
      for (const name of inUse) process.stdout.write(`kept ${name}: another hazmat uses it\n`);
      process.stdout.write(`freed ${formatSize(Math.round(bytes))} in ${cacheRoot()}\n`);
    });
}
