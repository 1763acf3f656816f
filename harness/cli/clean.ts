// SPDX-License-Identifier: GPL-2.0-only
// hazmat clean: frees space in the cache, and removes old runs if asked.

import { Command, InvalidArgumentError, Option } from 'commander';
import { boundRuns, parseKeep, type Keep } from '../history/bound-runs.ts';
import { cacheRoot, resultsRoot } from '../host/places.ts';
import { formatSize } from '../host/size.ts';
import { cleanCache } from '../run/clean-cache.ts';
import { mergedSubmissions } from '../run/slurm/submission.ts';
import { sweep } from '../run/sweep.ts';

export function cleanCommand(): Command {
  return new Command('clean')
    .summary('Remove saved guests and leftovers of killed runs, or old runs.')
    .description('Remove saved guests and leftovers of killed runs, nothing else; with --keep, only old runs.')
    .option('--all', 'remove the whole cache, kernels and sources too')
    .addOption(
      new Option('--keep <bounds>', 'remove old runs: 30d, 12w, 20G, or 30d,20G').argParser(boundsOf).conflicts('all'),
    )
    .addHelpText(
      'after',
      `
Removed runs stay in the history (hazmat history). The newest run stays, and so
does a submission to Slurm that was not merged.`,
    )
    .action(async ({ all = false, keep }: { all?: boolean; keep?: Keep }) => {
      for (const line of await sweep()) process.stdout.write(`${line}\n`);
      if (keep !== undefined) {
        const { removed, bytes } = await boundRuns(resultsRoot(), keep, mergedSubmissions(resultsRoot()));
        for (const run of removed) process.stdout.write(`removed ${run}\n`);
        process.stdout.write(`freed ${formatSize(bytes)} in ${resultsRoot()}\n`);
        return;
      }
      const { bytes, inUse } = cleanCache(all);
      for (const name of inUse) process.stdout.write(`kept ${name}: another hazmat uses it\n`);
      process.stdout.write(`freed ${formatSize(Math.round(bytes))} in ${cacheRoot()}\n`);
    });
}

function boundsOf(text: string): Keep {
  const keep = parseKeep(text);
  if (keep === undefined) throw new InvalidArgumentError('It must be an age such as 30d, a size such as 20G, or both.');
  return keep;
}
