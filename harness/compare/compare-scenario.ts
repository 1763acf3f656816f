// SPDX-License-Identifier: GPL-2.0-only
// What became of one scenario from one kernel to another, over its repetitions. Pure.

import { groupBy } from '../host/group-by.ts';
import { isAboutKernel, isLost, isUnexpected } from '../results/verdicts.ts';
import { compareDeviations } from './compare-deviations.ts';
import { compareLatencies } from './compare-latencies.ts';
import { compareLogs } from './compare-logs.ts';
import { firstDifference } from './compare-steps.ts';
import type { Change, ScenarioChange, Shown } from './comparison.ts';
import { keysOf, mainKey } from './deviation-key.ts';
import { leftOut, outOfDate } from './left-out.ts';
import type { ComparedCell, Pair, Side } from './side.ts';

export interface Context {
  /** Kernels of one X.Y: stacks are alike, so fingerprints are compared whole. Else by kind and function. */
  exact: boolean;
  /** Times of the two sides were taken on the same machine. */
  timed: boolean;
}

export interface ComparedScenario {
  change: ScenarioChange;
  /** A cell of either side has no verdict, though it should. */
  lost: boolean;
  /** Steps whose times could be compared. */
  timed: number;
}

/** Compares the repetitions of a scenario. `cells` are all of them; those that say nothing about the kernel are left out, with a note. */
export function compareScenario(
  scenario: string,
  cells: Pair<ComparedCell[]>,
  sides: Pair<Side>,
  context: Context,
): ComparedScenario {
  const all = [...cells.tested, ...cells.base];
  const pair = { base: cells.base.filter(isAboutKernel), tested: cells.tested.filter(isAboutKernel) };
  const change = changeOf(pair, context);
  const compared = change !== 'not comparable';
  const deviations = compared ? compareDeviations(pair, context.exact) : { appeared: [], gone: [], stayed: [] };
  const best = { base: typical(pair.base, context), tested: typical(pair.tested, context) };
  const difference = compared ? firstDifference(best.base?.steps ?? [], best.tested?.steps ?? []) : undefined;
  const times = compared && context.timed ? compareLatencies(pair) : { latencies: [], timed: 0 };
  const shown = {
    base: shownBy(cells.base, best.base, sides.base),
    tested: shownBy(cells.tested, best.tested, sides.tested),
  };
  const known = change === 'known' || change === 'unchanged' ? best.tested?.known : undefined;
  // A fix of a known issue is what the comparison shows; only an issue that neither side has is out of date.
  const stale = change === 'fixed' ? [] : outOfDate(best.tested);
  const open = [sides.base, sides.tested].some(({ unfinished }) => unfinished.includes(scenario));
  return {
    change: {
      scenario,
      title: all[0]?.title ?? '',
      change,
      regressed: deviations.appeared.some((deviation) => !deviation.known),
      ...(shown.base === undefined ? {} : { base: shown.base }),
      ...(shown.tested === undefined ? {} : { tested: shown.tested }),
      notes: [...leftOut(scenario, cells, sides), ...stale],
      ...deviations,
      ...(known === undefined ? {} : { known }),
      ...(difference === undefined ? {} : { firstDifference: difference }),
      latencies: times.latencies,
      log: compared ? compareLogs(pair.base, pair.tested) : { appeared: [], gone: [] },
    },
    lost: open || all.some(isLost),
    timed: times.timed,
  };
}

/** One word for what became of a scenario. */
function changeOf({ base, tested }: Pair<ComparedCell[]>, { exact }: Context): Change {
  const [was, is] = [base[0], tested[0]];
  if (was === undefined || is === undefined) return 'not comparable';
  // What a known failure shows can differ from boot to boot, such as which pages were signaled; its steps cannot.
  const main = (cell: ComparedCell) =>
    (cell.verdict === 'fail' ? cell.known?.because : undefined) ?? mainKey(cell, exact);
  const signature = (cell: ComparedCell) => JSON.stringify([cell.verdict, main(cell)]);
  const agree = (cells: ComparedCell[]) => new Set(cells.map(signature)).size === 1;
  if (!agree(base) || !agree(tested)) return 'flaky';
  if (is.verdict === 'pass') return was.verdict === 'pass' ? 'unchanged' : 'fixed';
  if (was.verdict === 'pass') return tested.some(isUnexpected) ? 'regressed' : 'known';
  const keys = (cells: ComparedCell[]) => new Set(cells.flatMap((cell) => keysOf(cell, exact)));
  const [before, after] = [keys(base), keys(tested)];
  const equal = [...before, ...after].every((key) => before.has(key) && after.has(key));
  if (equal && signature(was) === signature(is)) return 'unchanged';
  if (tested.some(isUnexpected)) return 'changed';
  return signature(was) === signature(is) ? 'unchanged' : 'known';
}

/** The cell that stands for its repetitions: one that deviates unexpectedly if there is one, then the most frequent. */
function typical(cells: readonly ComparedCell[], { exact }: Context): ComparedCell | undefined {
  const bad = cells.filter(isUnexpected);
  const groups = groupBy(bad.length > 0 ? bad : cells, (cell) => `${cell.verdict} ${mainKey(cell, exact) ?? ''}`);
  return [...groups.values()].toSorted((a, b) => b.length - a.length)[0]?.[0];
}

function shownBy(cells: readonly ComparedCell[], best: ComparedCell | undefined, side: Side): Shown | undefined {
  const cell = best ?? cells[0];
  if (cell === undefined) return undefined;
  const verdicts = [...groupBy(cells, ({ verdict }) => verdict).values()].map((same) => ({
    verdict: same[0]?.verdict ?? cell.verdict,
    count: same.length,
    known: same.filter((one) => isAboutKernel(one) && one.verdict !== 'pass' && one.expected).length,
  }));
  return { verdicts, why: cell.why, folder: `${side.folder}/${cell.folder}`, reproduce: cell.reproduce };
}
