// SPDX-License-Identifier: GPL-2.0-only
// hazmat bisect: the commit at which a behavior changed, by what kernels show, not by whether something failed.

import { Command } from 'commander';
import { fingerprintWords } from '../compare/fingerprint.ts';
import { ExitCode, UsageError } from '../host/errors.ts';
import { History } from '../kernel/source/history.ts';
import { bisect, type Bisection } from '../run/bisect.ts';
import { Interrupted, interruptedExitCode } from '../run/interrupt.ts';
import { defaultJobs } from '../run/scheduler.ts';
import { checkConfigFlags, type RunSettings } from '../run/whole-run.ts';
import { configFromOption, configOption, positiveInteger } from './options.ts';

export function bisectCommand(): Command {
  return new Command('bisect')
    .description('Find the commit of a git range at which a behavior changed.')
    .argument('<range>', 'git:PATH@GOOD..BAD')
    .argument('[scenario...]', 'as hazmat run takes them; the fewer, the faster (default: all)')
    .addOption(configOption())
    .addOption(configFromOption())
    .option('-r, --repeat <n>', 'run each cell so many times at every commit', positiveInteger, 1)
    .option('-j, --jobs <n>', 'guests at a time', positiveInteger, defaultJobs())
    .option('--append <words>', 'further words for the kernel command line')
    .addHelpText(
      'after',
      `
Verdicts and deviations of both ends are compared first; the scenarios in which they differ are followed.
A commit that shows what the bad end shows is bad, whatever its verdict is; one that does not build, does not
boot, or shows something else is skipped. Scenarios of which repetitions do not agree are repeated.
Exit codes: 0 found, 1 only narrowed down, 2 wrong usage or both ends behave the same, 3 the lab failed.`,
    )
    .action(async (range: string, words: string[], flags: RunSettings) => {
      process.exitCode = await bisectRange(range, words, flags);
    });
}

async function bisectRange(range: string, words: readonly string[], flags: RunSettings): Promise<number> {
  const [, folder, from, to] = /^git:(.+)@([^@]+?)\.\.([^@]+)$/.exec(range) ?? [];
  if (folder === undefined || from === undefined || to === undefined) {
    throw new UsageError(`'${range}' is not a range of a git repository`, { hint: 'It is git:PATH@GOOD..BAD.' });
  }
  checkConfigFlags(flags);
  const history = new History(folder);
  const [good, bad] = [await history.commit(from), await history.commit(to)];
  if (!(await history.isAncestor(good.sha, bad.sha))) throw new UsageError(`${from} is no ancestor of ${to}`);
  try {
    return await report(history, await bisect(history, good, bad, words, flags));
  } catch (error) {
    if (error instanceof Interrupted) return interruptedExitCode;
    throw error;
  }
}

async function report(history: History, { first, suspects, skipped, ends }: Bisection): Promise<number> {
  const open = suspects.filter((sha) => sha !== first.sha);
  const lines = [
    open.length === 0
      ? 'The change came with:'
      : 'The change came with one of these; those in the middle could not be judged:',
    `  ${first.sha.slice(0, 12)} ${first.subject}`,
  ];
  for (const sha of open) {
    lines.push(`  ${sha.slice(0, 12)} ${(await history.commit(sha)).subject} (skipped: ${skipped.get(sha) ?? ''})`);
  }
  for (const { scenario, good, bad } of ends) {
    lines.push('', scenario, `  before: ${told(good)}`, `  after:  ${told(bad)}`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
  return open.length === 0 ? ExitCode.ok : ExitCode.deviation;
}

function told(fingerprints: ReadonlySet<string>): string {
  return [...fingerprints].map(fingerprintWords).join('; or ');
}
