// SPDX-License-Identifier: GPL-2.0-only
// hazmat explore: random sequences against a model, until one shows what a right kernel would not do.

import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { ExitCode } from '../host/errors.ts';
import { resultsRoot } from '../host/places.ts';
import { defaultKernel } from '../kernel/default-kernel.ts';
import { exploredLine, findingsText } from '../report/explored-text.ts';
import { fileNameOf, folderTime } from '../results/run-names.ts';
import { checkKernel } from '../run/check-kernel.ts';
import { explore, type ExploreSettings } from '../run/explore.ts';
import { Interrupted, interruptedExitCode } from '../run/interrupt.ts';
import { parseDuration } from '../scenario/duration.ts';
import { exitCodesHelp } from './help.ts';
import { jobsOption, positiveInteger } from './options.ts';

interface ExploreFlags extends Omit<ExploreSettings, 'output' | 'time' | 'count'> {
  count?: number;
  time?: number;
  output?: string;
}

const defaultMinutes = 10;

export function exploreCommand(): Command {
  return new Command('explore')
    .summary('Try random sequences of operations against a model.')
    .description('Run random sequences of operations; a model says what a right kernel does.')
    .option('-k, --kernel <kernel>', 'kernel, as of hazmat run', defaultKernel)
    .option('--seed <n>', 'the same seed gives the same sequences', positiveInteger, 1)
    .option('--count <n>', 'how many sequences', positiveInteger)
    .option('--time <duration>', `how long, such as 8h (default: ${defaultMinutes}m, or --count)`, durationOf)
    .option('--length <n>', 'operations of a sequence, at most', positiveInteger, 12)
    .addOption(jobsOption())
    .option('-o, --output <folder>', 'for what is found (default: below results/explore)')
    .addHelpText(
      'after',
      `
A sequence has a stack, files and processes that map them, and operations: bad
blocks, loads, stores, reads, writes, holes, memory failures, a removed device.
The model says what each of them returns, who is signaled, and what is mapped,
bad and in the files at the end. Each sequence is a fork of a checkpoint. One
that fails in a new way is shrunk, run three more times, and written as a
scenario.
${exitCodesHelp({
  0: 'no sequence failed, but for known bugs',
  1: 'a sequence failed: its scenario is in the folder',
  2: 'usage error, or a kernel that no sequence can be run on',
})}`,
    )
    .action(async (flags: ExploreFlags) => {
      process.exitCode = await exploreWith(flags);
    });
}

async function exploreWith(flags: ExploreFlags): Promise<number> {
  const count = flags.count ?? Infinity;
  const time = flags.time ?? (flags.count === undefined ? defaultMinutes * 60_000 : Infinity);
  const name = `${folderTime(new Date())}-${fileNameOf(flags.kernel)}-seed-${flags.seed}`;
  const output = path.relative(process.cwd(), path.resolve(flags.output ?? path.join(resultsRoot(), 'explore', name)));
  checkKernel(flags.kernel);
  process.stderr.write(`sequences of seed ${flags.seed} on ${flags.kernel}; what is found goes to ${output}/\n`);
  try {
    const explored = await explore({ ...flags, count, time, output }, (sofar) => {
      process.stderr.write(`${exploredLine(sofar)}\n`);
    });
    process.stdout.write(`${exploredLine(explored)}, seed ${flags.seed} on ${flags.kernel}\n`);
    const text = findingsText(explored, flags.kernel);
    if (text !== '') process.stdout.write(`\n${text}\n`);
    if (explored.findings.length > 0) return ExitCode.deviation;
    return explored.withoutVerdict > 0 ? ExitCode.infrastructure : ExitCode.ok;
  } catch (error) {
    if (error instanceof Interrupted) return interruptedExitCode;
    throw error;
  }
}

/** Milliseconds. */
function durationOf(text: string): number {
  const [, hours] = /^(\d+(?:\.\d+)?)h$/.exec(text) ?? [];
  const milliseconds = hours === undefined ? parseDuration(text) : Number(hours) * 3_600_000;
  if (milliseconds === undefined) throw new InvalidArgumentError('It must be a duration such as 30s, 10m or 8h.');
  return milliseconds;
}
