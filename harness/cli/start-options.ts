// SPDX-License-Identifier: GPL-2.0-only
// Options of `hazmat run` and `hazmat matrix` about what of a plan is run.

import { InvalidArgumentError, Option, type Command } from 'commander';

/** Adds them to a command. */
export function addStartOptions(command: Command): Command {
  return command
    .optionsGroup('What is run of it:')
    .addOption(new Option('--list', 'list the cells, and what is left out and why; run nothing'))
    .addOption(
      new Option('--resume <run>', 'go on with a run that was interrupted; nothing is repeated').conflicts([
        'shard',
        'list',
      ]),
    )
    .addOption(new Option('--reuse', 'take over cells of earlier runs whose inputs are unchanged'))
    .addOption(
      new Option('--changed-since <run>', 'only cells whose inputs are not those of this run').conflicts([
        'reuse',
        'list',
      ]),
    )
    .addOption(new Option('--last-failed', 'only cells that were not as expected the last time'))
    .addOption(new Option('--shard <i/n>', 'only the i-th of n parts that take equally long').argParser(shardOption))
    .addOption(new Option('--imported', 'take kernels of hazmat kernel import, where there are any'))
    .addOption(
      new Option('--until-confidence <c>', 'repeat until the failure rate is known with this confidence').argParser(
        confidence,
      ),
    );
}

function shardOption(text: string): { index: number; count: number } {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (count === undefined || shard.index < 1 || shard.index > shard.count)
    throw new InvalidArgumentError('It must be a part and the number of parts, such as 1/3.');
  return shard;
}

function confidence(text: string): number {
  const number = Number(text);
  if (!(number >= 0.5 && number <= 0.999))
    throw new InvalidArgumentError('It must be from 0.5 to 0.999, such as 0.99.');
  return number;
}
