// SPDX-License-Identifier: GPL-2.0-only
// What became of behaviors from one kernel to another: two lists of cells in, one comparison out. Pure.

import { ExitCode } from '../host/errors.ts';
import { groupBy } from '../host/group-by.ts';
import { coverageOf } from './coverage.ts';
import { compareScenario } from './compare-scenario.ts';
import { changes, type Change, type Comparison, type SideFacts } from './comparison.ts';
import type { Side } from './side.ts';
import { contentNotes, environmentNotes } from './side-notes.ts';

/** Compares two kernels, scenario by scenario; regressions come first. */
export function compareSides(base: Side, tested: Side): Comparison {
  const environment = environmentNotes(base, tested);
  const context = { exact: line(base.version) === line(tested.version), timed: environment.sameMachine };
  const [ofBase, ofTested] = [base, tested].map((side) => groupBy(side.cells, (cell) => cell.scenario));
  const names = [...base.cells, ...tested.cells].map((cell) => cell.scenario);
  const compared = [...new Set([...names, ...base.unfinished, ...tested.unfinished])].sort().map((scenario) => {
    const cells = { base: ofBase?.get(scenario) ?? [], tested: ofTested?.get(scenario) ?? [] };
    return compareScenario(scenario, cells, { base, tested }, context);
  });
  const rank = ({ regressed, change }: { regressed: boolean; change: Change }): number =>
    changes.indexOf(change) - (regressed ? changes.length : 0);
  const coverage = coverageOf(tested.changed, tested.cells);
  const ordered = compared.toSorted((a, b) => rank(a.change) - rank(b.change));
  const scenarios = ordered.map(({ change }) => change);
  return {
    base: factsOf(base),
    tested: factsOf(tested),
    notes: [...environment.notes, ...contentNotes(base, tested)],
    scenarios,
    counts: countsOf(scenarios),
    regressed: scenarios.filter(({ regressed }) => regressed).map(({ scenario }) => scenario),
    lost: ordered.filter(({ lost }) => lost).map(({ change }) => change.scenario),
    unbuilt: [...base.cells, ...tested.cells].some(({ verdict }) => verdict === 'unbuilt'),
    timedSteps: compared.reduce((sum, { timed }) => sum + timed, 0),
    ...(coverage === undefined ? {} : { coverage }),
  };
}

/**
 * The exit code: 1 when anything regressed; else 2 when no kernel could be built from what was given; else 3 when an infrastructure
 * error or the end of the run left a scenario without a verdict; else 0. Skips and scenarios of one run only do not count.
 */
export function comparisonExitCode(
  comparisons: readonly Comparison[],
  patches: readonly { unbuilt?: true }[] = [],
): ExitCode {
  if (comparisons.some(({ regressed }) => regressed.length > 0)) return ExitCode.deviation;
  // A patch in the middle that does not build is wrong even when a later one repairs it: nobody can bisect through it.
  if ([...comparisons, ...patches].some(({ unbuilt }) => unbuilt === true)) return ExitCode.usage;
  return comparisons.some(({ lost }) => lost.length > 0) ? ExitCode.infrastructure : ExitCode.ok;
}

function countsOf(scenarios: readonly { change: Change }[]): Comparison['counts'] {
  const count = (change: Change): number => scenarios.filter((one) => one.change === change).length;
  return {
    regressed: count('regressed'),
    changed: count('changed'),
    flaky: count('flaky'),
    fixed: count('fixed'),
    known: count('known'),
    unchanged: count('unchanged'),
    'not comparable': count('not comparable'),
  };
}

function factsOf({ cells, unfinished, changed, ...facts }: Side): SideFacts {
  return facts;
}

/** `6.12.107` -> `6.12`. */
function line(version: string): string {
  return /^\d+\.\d+/.exec(version)?.[0] ?? version;
}
