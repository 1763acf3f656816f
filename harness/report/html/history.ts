// SPDX-License-Identifier: GPL-2.0-only
// The history in a report: the same scenarios on the same kernels, night by night. Pure; the nights may come from run folders or
// from an index of them.

import type { RunRecord } from '../../results/run-record.ts';
import { isUnexpected } from '../../results/verdicts.ts';
import type { ReportHistory, ShownVerdict } from './report-data.ts';

/** What of a run is needed to call it a night of another. */
export type Night = Pick<RunRecord, 'kernels' | 'started' | 'name' | 'interrupted' | 'environment'> & {
  cells: Pick<RunRecord['cells'][number], 'scenario' | 'kernel' | 'verdict' | 'expected' | 'durationMs'>[];
};

/**
 * The newest runs that are comparable with `last`, it included, the oldest first: the same kernels were asked for, and at least
 * half of the scenarios of `last` have a cell.
 * @param most how many.
 */
export function comparableNights<T extends Night>(last: T, runs: readonly T[], most: number): T[] {
  const kernels = JSON.stringify(last.kernels.toSorted());
  const scenarios = new Set(last.cells.map(({ scenario }) => scenario));
  const comparable = runs.filter((run) => {
    if (run === last || run.started > last.started) return false;
    const shared = new Set(run.cells.map(({ scenario }) => scenario).filter((scenario) => scenarios.has(scenario)));
    return JSON.stringify(run.kernels.toSorted()) === kernels && 2 * shared.size >= scenarios.size;
  });
  const newest = comparable.toSorted((a, b) => (a.started < b.started ? 1 : -1)).slice(0, most - 1);
  return [...newest.toReversed(), last];
}

/** `indexOf`: of a scenario in the report. */
export function historyOf(nights: readonly Night[], indexOf: (scenario: string) => number): ReportHistory {
  const rows = new Map<string, ReportHistory['rows'][number]>();
  for (const [night, run] of nights.entries()) {
    for (const cell of run.cells) {
      const key = JSON.stringify([cell.kernel, cell.scenario]);
      const row = rows.get(key) ?? {
        scenario: indexOf(cell.scenario),
        kernel: cell.kernel,
        nights: nights.map(() => null),
      };
      rows.set(key, row);
      const before = row.nights[night];
      const shown = { verdict: cell.verdict satisfies ShownVerdict, expected: cell.expected, ms: cell.durationMs };
      // Of repetitions, the worst.
      if (before === null || before === undefined || severity(shown) > severity(before)) row.nights[night] = shown;
    }
  }
  return {
    nights: nights.map(({ name, started, interrupted, environment }) => {
      const tools = `hazmat ${environment.hazmat ?? '?'}, QEMU ${environment.qemu ?? '?'}`;
      return { run: name, started, interrupted, tools };
    }),
    rows: [...rows.values()],
  };
}

function severity(cell: { verdict: ShownVerdict; expected: boolean }): number {
  if (cell.verdict === 'pass' || cell.verdict === 'skip') return 0;
  if (cell.verdict === 'error' || cell.verdict === 'unbuilt' || cell.verdict === 'not run') return 1;
  return isUnexpected({ verdict: cell.verdict, expected: cell.expected }) ? 3 : 2;
}
