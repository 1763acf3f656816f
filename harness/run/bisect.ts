// SPDX-License-Identifier: GPL-2.0-only
// Finds the commit at which a behavior changed: compares what kernels show, not whether something failed.

import { classify, distinguishingScenarios, flakyScenarios, type Ends } from '../compare/fingerprint.ts';
import { InfraError, UsageError } from '../host/errors.ts';
import type { Commit, History } from '../kernel/source/history.ts';
import type { CellResult } from '../results/events.ts';
import { readRun } from '../results/read-run.ts';
import { Interrupted, interruptedExitCode } from './interrupt.ts';
import { plan, runPlanned, type RunSettings } from './whole-run.ts';

/** How often a flaky scenario is repeated before the outcomes seen are taken as all there are. */
const moreRepeats = 4;

/** Where a bisection ended. */
export interface Bisection {
  /** The first commit that shows what the bad end shows. */
  first: Commit;
  /** Commits that may have brought the change, `first` among them. */
  suspects: readonly string[];
  /** Commits that could not be tested, and why. */
  skipped: ReadonlyMap<string, string>;
  ends: readonly Ends[];
  /** Folder of the run that showed the change at the first commit. */
  folder: string;
}

/**
 * Narrows the range down. @throws UsageError when both ends behave the same or an end has no kernel; InfraError when an end
 * has no verdict; Interrupted.
 */
export async function bisect(
  history: History,
  good: Commit,
  bad: Commit,
  words: readonly string[],
  flags: RunSettings,
): Promise<Bisection> {
  const atGood = judgedEnd(good, (await cellsAt(history, good, words, flags)).cells);
  const ofBad = await cellsAt(history, bad, words, flags);
  const atBad = judgedEnd(bad, ofBad.cells);
  const ends = distinguishingScenarios(atGood, atBad);
  if (ends.length === 0) {
    throw new UsageError('both ends of the range behave the same: there is no change to find', {
      hint: verdictLines(atGood, atBad),
    });
  }
  report(`scenarios that differ: ${ends.map(({ scenario }) => scenario).join(', ')}`);
  const scenarios = ends.map(({ scenario }) => scenario);
  let first = bad;
  let { folder } = ofBad;
  const goods = [good.sha];
  const skipped = new Map<string, string>();
  for (;;) {
    const suspects = await history.suspects(first.sha, goods);
    const next = suspects.find((sha) => sha !== first.sha && !skipped.has(sha));
    if (next === undefined) return { first, suspects, skipped, ends, folder };
    report(`${suspects.length} ${suspects.length === 1 ? 'commit' : 'commits'} left`);
    const commit = await history.commit(next);
    const { cells, folder: ran } = await cellsAt(history, commit, scenarios, flags);
    const kind = classify(ends, cells);
    report(`${commit.sha.slice(0, 12)} is ${kind === 'other' ? 'skipped' : kind}: ${commit.subject}`);
    if (kind === 'bad') [first, folder] = [commit, ran];
    else if (kind === 'good') goods.push(commit.sha);
    else skipped.set(commit.sha, whyOther(cells));
  }
}

/** Runs the scenarios at a commit, and those whose repetitions disagree once more. */
async function cellsAt(
  history: History,
  { sha }: Commit,
  words: readonly string[],
  flags: RunSettings,
): Promise<{ cells: CellResult[]; folder: string }> {
  const kernel = `git:${history.folder}@${sha.slice(0, 12)}`;
  const runAt = async (
    scenarios: readonly string[],
    repeat: number,
  ): Promise<{ cells: CellResult[]; folder: string }> => {
    const name = `bisect-${sha.slice(0, 12)}`;
    const { exitCode, folder } = await runPlanned(
      plan(scenarios, [kernel], { ...flags, repeat }),
      [kernel],
      { ...flags, repeat, name },
      process.stderr,
    );
    if (exitCode === interruptedExitCode) throw new Interrupted();
    return { cells: readRun(folder).cells, folder };
  };
  const { cells, folder } = await runAt(words, flags.repeat);
  const flaky = flakyScenarios(cells);
  if (flaky.length === 0) return { cells, folder };
  report(`flaky, running ${moreRepeats} times more: ${flaky.join(', ')}`);
  return { cells: [...cells, ...(await runAt(flaky, moreRepeats)).cells], folder };
}

/** @throws UsageError for an end that cannot be built, InfraError for one without a verdict. */
function judgedEnd(commit: Commit, cells: CellResult[]): CellResult[] {
  if (cells.some(({ verdict }) => verdict !== 'error' && verdict !== 'unbuilt')) return cells;
  const [cell] = cells;
  const why = `${commit.sha.slice(0, 12)}, an end of the range, cannot be tested: ${cell?.why ?? 'nothing was run'}`;
  throw cell?.verdict === 'unbuilt' ? new UsageError(why) : new InfraError(why);
}

function whyOther(cells: readonly CellResult[]): string {
  const cell = cells.find(({ verdict }) => verdict !== 'pass');
  if (cell === undefined) return 'no verdict';
  const why = cell.why.split('\n')[0] ?? '';
  return cell.verdict === 'unbuilt' ? why : `${cell.verdict}: ${why}`;
}

/** `remove/rebind: pass at the good end, pass at the bad end`, for each scenario. */
function verdictLines(good: readonly CellResult[], bad: readonly CellResult[]): string {
  const of = (cells: readonly CellResult[], scenario: string): string =>
    [...new Set(cells.filter((cell) => cell.scenario === scenario).map(({ verdict }) => verdict))].join(' and ') || '-';
  const names = [...new Set([...good, ...bad].map(({ scenario }) => scenario))];
  return names.map((name) => `${name}: ${of(good, name)} at the good end, ${of(bad, name)} at the bad end`).join('\n');
}

function report(text: string): void {
  process.stderr.write(`\nbisect: ${text}\n`);
}
