// SPDX-License-Identifier: GPL-2.0-only
// The commit at which a behavior changed, by what kernels show, not by whether something failed.

import { classify, tellingScenarios, unstableScenarios, type Ends } from '../compare/fingerprint.ts';
import { InfraError, UsageError } from '../host/errors.ts';
import type { Commit, History } from '../kernel/source/history.ts';
import type { CellResult } from '../results/events.ts';
import { readRun } from '../results/read-run.ts';
import { Interrupted, interruptedExitCode } from './interrupt.ts';
import { plan, runPlanned, type RunSettings } from './whole-run.ts';

/** How often an unstable scenario is run again before what was seen is taken as all there is. */
const moreRepeats = 4;

/** Where a bisection ended. */
export interface Bisection {
  /** The first commit that shows what the bad end shows. */
  first: Commit;
  /** Commits that may have brought the change, `first` among them. */
  suspects: readonly string[];
  /** Commits that could not be judged, and why. */
  skipped: ReadonlyMap<string, string>;
  ends: readonly Ends[];
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
    if (next === undefined) return { first, suspects, skipped, ends };
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

/** Runs the scenarios at a commit; those whose repetitions do not agree are run again. */
async function cellsAt(
  history: History,
  { sha }: Commit,
  words: readonly string[],
  flags: RunSettings,
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
  if (cells.some(({ verdict }) => verdict !== 'error' && verdict !== 'unbuilt')) return cells;
  const [cell] = cells;
  const why = `the end ${commit.sha.slice(0, 12)} cannot be judged: ${cell?.why ?? 'nothing was run'}`;
  throw cell?.verdict === 'unbuilt' ? new UsageError(why) : new InfraError(why);
}

function whyOther(cells: readonly CellResult[]): string {
  const [telling] = cells.filter(({ verdict }) => verdict !== 'pass');
  if (telling === undefined) return 'no verdict';
  const why = telling.why.split('\n')[0] ?? '';
  return telling.verdict === 'unbuilt' ? why : `${telling.verdict}: ${why}`;
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
