// SPDX-License-Identifier: GPL-2.0-only
// hazmat bisect: the commit at which a behavior changed, by what kernels show, not by whether something failed.

import { Command } from 'commander';
import { fingerprintWords } from '../compare/fingerprint.ts';
import { ExitCode, UsageError } from '../host/errors.ts';
import { History } from '../kernel/source/history.ts';
import { readRun } from '../results/read-run.ts';
import { bisect, type Bisection } from '../run/bisect.ts';
import { reportOfCell } from '../run/bug-report.ts';
import { Interrupted, interruptedExitCode } from '../run/interrupt.ts';
import { checkConfigFlags, type RunSettings } from '../run/whole-run.ts';
import { configHelp, exitCodesHelp } from './help.ts';
import {
  appendOption,
  assumeOption,
  configFromOption,
  configOption,
  jobsOption,
  qemuOption,
  repeatOption,
} from './options.ts';

export function bisectCommand(): Command {
  return new Command('bisect')
    .summary('Find the commit at which a behavior changed.')
    .description('Find the commit at which a behavior changed, whatever the verdicts are.')
    .argument('<range>', 'git:PATH@GOOD..BAD')
    .argument('[scenario...]', 'names, folders, tags or files (default: all)')
    .addOption(configOption())
    .addOption(configFromOption())
    .addOption(repeatOption())
    .addOption(jobsOption())
    .addOption(appendOption())
    .addOption(qemuOption())
    .addOption(assumeOption())
    .addHelpText(
      'after',
      `
Both ends of the range are run first; then only the scenarios in which they
differ. A commit that shows what the bad end shows is bad. A commit that does
not build, does not boot or shows something else is skipped. Scenarios whose
repetitions disagree are repeated. When one commit is found and the tested
kernel deviates from a scenario there, a bug report ends the output.
${configHelp}
${exitCodesHelp({
  0: 'the commit was found',
  1: 'only narrowed down to several commits',
  2: 'usage error, an end does not build, or both ends behave the same',
})}`,
    )
    .action(async (range: string, words: string[], flags: RunSettings) => {
      process.exitCode = await bisectRange(range, words, flags);
    });
}

async function bisectRange(range: string, words: readonly string[], flags: RunSettings): Promise<number> {
  const [, folder, from, to] = /^git:(.+)@([^@]+?)\.\.([^@]+)$/.exec(range) ?? [];
  if (folder === undefined || from === undefined || to === undefined) {
    throw new UsageError(`'${range}' is not a range of a git repository`, { hint: 'Write it as git:PATH@GOOD..BAD.' });
  }
  checkConfigFlags(flags);
  const history = new History(folder);
  const [good, bad] = [await history.commit(from), await history.commit(to)];
  if (!(await history.isAncestor(good.sha, bad.sha))) throw new UsageError(`${from} is not an ancestor of ${to}`);
  try {
    return await report(history, await bisect(history, good, bad, words, flags));
  } catch (error) {
    if (error instanceof Interrupted) return interruptedExitCode;
    throw error;
  }
}

async function report(history: History, { first, suspects, skipped, ends, folder }: Bisection): Promise<number> {
  const open = suspects.filter((sha) => sha !== first.sha);
  const lines = [
    open.length === 0
      ? 'The change came with:'
      : 'The change came with one of these commits; those that were skipped could not be tested:',
    `  ${first.sha.slice(0, 12)} ${first.subject}`,
  ];
  for (const sha of open) {
    lines.push(`  ${sha.slice(0, 12)} ${(await history.commit(sha)).subject} (skipped: ${skipped.get(sha) ?? ''})`);
  }
  for (const { scenario, good, bad } of ends) {
    lines.push('', scenario, `  before: ${inWords(good)}`, `  after:  ${inWords(bad)}`);
  }
  const mail = open.length === 0 ? regressionReport(folder, first) : undefined;
  if (mail !== undefined) lines.push('', 'As a mail, to be read and completed before it is sent:', '', mail.trimEnd());
  process.stdout.write(`${lines.join('\n')}\n`);
  return open.length === 0 ? ExitCode.ok : ExitCode.deviation;
}

/** The bug report of the first scenario that deviates at the first bad commit; undefined when all pass there: it was a fix. */
function regressionReport(folder: string, first: Bisection['first']): string | undefined {
  const record = readRun(folder);
  const cell = record.cells.find(({ deviations }) => deviations.length > 0);
  return cell === undefined ? undefined : reportOfCell(record, cell, first);
}

function inWords(fingerprints: ReadonlySet<string>): string {
  return [...fingerprints].map(fingerprintWords).join('; or ');
}
