// SPDX-License-Identifier: GPL-2.0-only
// hazmat bisect: the commit at which a behaviour changed, by what kernels show, not by whether something failed.

import { Command } from 'commander';
import { ExitCode, InfraError, UsageError } from '../host/errors.ts';
import { History, type Commit } from '../kernel/source/history.ts';
import type { CellResult } from '../results/events.ts';
import { classify, fingerprintWords, tellingScenarios, unstableScenarios, type Ends } from '../compare/fingerprint.ts';
import { readRun } from '../results/read-run.ts';
import { defaultJobs } from '../run/environment.ts';
import { interruptedExitCode } from '../run/interrupt.ts';
import { configFromOption, configOption, positiveInteger } from './options.ts';
import { checkConfigFlags, plan, runPlanned, type RunOptions } from './run.ts';

/** How often an unstable scenario is run again before what was seen is taken as all there is. */
const moreRepeats = 4;

export function bisectCommand(): Command {
  return new Command('bisect')
    .description('Find the commit of a git range at which a behaviour changed.')
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
    .action(async (range: string, words: string[], flags: RunOptions) => {
      process.exitCode = await bisect(range, words, flags);
    });
}

class Interrupted extends Error {}

async function bisect(range: string, words: readonly string[], flags: RunOptions): Promise<number> {
  const [, folder, from, to] = /^git:(.+)@([^@]+?)\.\.([^@]+)$/.exec(range) ?? [];
  if (folder === undefined || from === undefined || to === undefined) {
    throw new UsageError(`'${range}' is not a range of a git repository`, { hint: 'It is git:PATH@GOOD..BAD.' });
  }
  checkConfigFlags(flags);
  const history = new History(folder);
  const [good, bad] = [await history.commit(from), await history.commit(to)];
  if (!(await history.isAncestor(good.sha, bad.sha))) throw new UsageError(`${from} is no ancestor of ${to}`);
  try {
    return await search(history, good, bad, words, flags);
  } catch (error) {
    if (error instanceof Interrupted) return interruptedExitCode;
    throw error;
  }
}

async function search(
  history: History,
  good: Commit,
  bad: Commit,
  words: readonly string[],
  flags: RunOptions,
): Promise<number> {
  const atGood = judgedEnd(good, await cellsAt(history, good, words, flags));
  const atBad = judgedEnd(bad, await cellsAt(history, bad, words, flags));
  const ends = tellingScenarios(atGood, atBad);
  if (ends.length === 0) {
    throw new UsageError('both ends show the same: there is nothing to look for', {
      hint: verdictLines(atGood, atBad),
    });
  }
  tell(`followed: ${ends.map(({ scenario }) => scenario).join(', ')}`);
  const scenarios = ends.map(({ scenario }) => scenario);
  let first = bad;
  const goods = [good.sha];
  const skipped = new Map<string, string>();
  for (;;) {
    const suspects = await history.suspects(first.sha, goods);
    const next = suspects.find((sha) => sha !== first.sha && !skipped.has(sha));
    if (next === undefined) return await report(history, first, suspects, skipped, ends);
    tell(`${suspects.length} commits left`);
    const commit = await history.commit(next);
    const cells = await cellsAt(history, commit, scenarios, flags);
    const kind = classify(ends, cells);
    tell(`${commit.sha.slice(0, 12)} is ${kind === 'other' ? 'skipped' : kind}: ${commit.subject}`);
    if (kind === 'bad') first = commit;
    else if (kind === 'good') goods.push(commit.sha);
    else skipped.set(commit.sha, whyOther(cells));
  }
}

async function report(
  history: History,
  first: Commit,
  suspects: readonly string[],
  skipped: ReadonlyMap<string, string>,
  ends: readonly Ends[],
): Promise<number> {
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

/** Runs the scenarios at a commit; those whose repetitions do not agree are run again. */
async function cellsAt(
  history: History,
  { sha }: Commit,
  words: readonly string[],
  flags: RunOptions,
): Promise<CellResult[]> {
  const kernel = `git:${history.folder}@${sha.slice(0, 12)}`;
  const runAt = async (scenarios: readonly string[], repeat: number): Promise<CellResult[]> => {
    const name = `bisect-${sha.slice(0, 12)}`;
    const { exitCode, folder } = await runPlanned(
      plan(scenarios, [kernel], { ...flags, repeat }),
      [kernel],
      { ...flags, repeat, name },
      process.stderr,
    );
    if (exitCode === interruptedExitCode) throw new Interrupted();
    return readRun(folder).cells;
  };
  const cells = await runAt(words, flags.repeat);
  const unstable = unstableScenarios(cells);
  if (unstable.length === 0) return cells;
  tell(`not stable, run ${moreRepeats} times more: ${unstable.join(', ')}`);
  return [...cells, ...(await runAt(unstable, moreRepeats))];
}

/** @throws what is wrong with an end of which there is no kernel, or of which the lab has no verdict. */
function judgedEnd(commit: Commit, cells: CellResult[]): CellResult[] {
  if (cells.some(({ verdict }) => verdict !== 'broken')) return cells;
  const [cell] = cells;
  const why = `the end ${commit.sha.slice(0, 12)} cannot be judged: ${cell?.why ?? 'nothing was run'}`;
  throw cell?.unbuilt === true ? new UsageError(why) : new InfraError(why);
}

function whyOther(cells: readonly CellResult[]): string {
  const [telling] = cells.filter(({ verdict }) => verdict !== 'pass');
  if (telling === undefined) return 'no verdict';
  const why = telling.why.split('\n')[0] ?? '';
  return telling.unbuilt === true ? why : `${telling.verdict}: ${why}`;
}

function verdictLines(good: readonly CellResult[], bad: readonly CellResult[]): string {
  const of = (cells: readonly CellResult[], scenario: string): string =>
    [...new Set(cells.filter((cell) => cell.scenario === scenario).map(({ verdict }) => verdict))].join(' and ') || '-';
  const names = [...new Set([...good, ...bad].map(({ scenario }) => scenario))];
  return names.map((name) => `${name}: ${of(good, name)}, ${of(bad, name)}`).join('\n');
}

function tell(text: string): void {
  process.stderr.write(`\nbisect: ${text}\n`);
}
