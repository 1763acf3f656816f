// SPDX-License-Identifier: GPL-2.0-only
// Cells by their names in the address: `6.12 remove/rebind`, `6.12 remove/rebind #3`.

import type { ReportCell, ReportData } from '../../report-data.ts';
import { classOf } from './words.ts';
import type { Route } from './route.ts';

/** The name of a cell; of two runs with one kernel, the later has its number before it. */
export function cellName(data: ReportData, index: number): string {
  const cell = data.cells[index];
  const column = data.columns[cell?.column ?? -1];
  if (cell === undefined || column === undefined) return '';
  const run = column.run === 0 ? '' : `${column.run + 1}: `;
  return `${run}${column.label} ${data.scenarios[cell.scenario]?.name ?? ''}${cell.repeat === undefined ? '' : ` #${cell.repeat}`}`;
}

export function findCell(data: ReportData, name: string | undefined): number | undefined {
  if (name === undefined) return undefined;
  const found = data.cells.findIndex((_cell, index) => cellName(data, index) === name);
  return found === -1 ? undefined : found;
}

export function cellRoute(data: ReportData, index: number, more: Route = {}): Route {
  return { view: 'cell', cell: cellName(data, index), ...more };
}

/** Cells that deviate or have no verdict, unexpected ones first: the order of the keys n and p. */
export function cellsToVisit(data: ReportData): number[] {
  const of = (kinds: readonly string[]) =>
    data.cells.flatMap((cell, index) => (kinds.includes(classOf(cell)) ? [index] : []));
  return [...of(['unexpected']), ...of(['lost']), ...of(['known'])];
}

export function scenarioOf(data: ReportData, cell: ReportCell): string {
  return data.scenarios[cell.scenario]?.name ?? '';
}
