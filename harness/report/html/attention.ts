// SPDX-License-Identifier: GPL-2.0-only
// What of a run needs attention, by cause, the most important first. Pure.

import type { CellResult } from '../../results/events.ts';
import { mainDeviation } from '../../results/main-deviation.ts';
import { groupCells, type Group } from '../groups.ts';
import type { ReportData } from './report-data.ts';

type Attention = ReportData['attention'][number];

/** `indexOf`: of a cell in the report. `notRun`: cells without a verdict. */
export function attentionOf(
  cells: readonly CellResult[],
  indexOf: (cell: CellResult) => number,
  notRun: readonly number[],
): Attention[] {
  const groups = groupCells(cells);
  const entries = (kind: Attention['kind'], members: readonly Group[], title: (cell: CellResult) => string) =>
    members.map((group): Attention => ({ kind, title: title(group.cell), cells: group.cells.map(indexOf) }));
  const missing: Attention[] =
    notRun.length === 0 ? [] : [{ kind: 'not run', title: 'planned, and the run ended before', cells: [...notRun] }];
  return [
    ...entries('unexpected', groups.unexpected, (cell) => mainDeviation(cell)?.title ?? cell.why),
    ...entries('flaky', groups.flaky, (cell) => `repetitions of ${cell.scenario} on ${cell.kernel} disagree`),
    ...entries('unbuilt', groups.unbuilt, ({ why }) => why),
    ...entries('error', groups.error, ({ why }) => why),
    ...missing,
    ...entries('known, but passed', groups.knownButPassed, ({ knownButPassed }) =>
      [knownButPassed?.bug, knownButPassed?.because].filter((word) => word !== undefined).join(': '),
    ),
  ];
}
