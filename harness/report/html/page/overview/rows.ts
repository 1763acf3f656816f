// SPDX-License-Identifier: GPL-2.0-only
// From the report and the filters of the address to the rows of the table. Pure.

import type { ReportCell, ReportData } from '../../report-data.ts';
import type { Route } from '../shared/route.ts';
import { classes, classOf, ways, waysOf, wayWords, type CellClass, type Way } from '../shared/words.ts';

/** The cells of one scenario on one kernel: one, or its repetitions. */
export interface Field {
  /** Index of the worst of them. */
  cell: number;
  kind: CellClass;
  /** How many repetitions there are, and how many show the same verdict. */
  of: number;
  same: number;
  /** How any of them came to its verdict. */
  ways: Way[];
}

export interface ScenarioRow {
  type: 'scenario';
  /** Index of the scenario. */
  scenario: number;
  /** By column of the report. */
  fields: (Field | undefined)[];
}

export interface GroupRow {
  type: 'group';
  name: string;
  counts: Record<CellClass, number>;
}

export type OverviewRow = ScenarioRow | GroupRow;

/** A place to search in: all words must be found. */
export function matches(text: string, query: string): boolean {
  const lower = text.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}

/** Which classes of cells are shown; all when none is named. */
function shownClasses({ show }: Route): ReadonlySet<CellClass> {
  const named = (show ?? '').split(',');
  const found = classes.filter((name) => named.includes(name));
  return new Set(found.length === 0 ? classes : found);
}

/** The columns that are shown: all, or the one of the address. */
export function shownColumns(data: ReportData, { kernel }: Route): number[] {
  const all = data.columns.map((_column, index) => index);
  const named = all.filter((index) => data.columns[index]?.label === kernel);
  return named.length === 0 ? all : named;
}

/** Every scenario with its fields; done once for a report. */
export function scenarioRows(data: ReportData): ScenarioRow[] {
  const rows = data.scenarios.map((_scenario, scenario): ScenarioRow => ({
    type: 'scenario',
    scenario,
    fields: data.columns.map(() => undefined),
  }));
  for (const [index, cell] of data.cells.entries()) {
    const row = rows[cell.scenario];
    if (row === undefined) continue;
    row.fields[cell.column] = merged(data, row.fields[cell.column], cell, index);
  }
  return rows.filter(({ fields }) => fields.some((field) => field !== undefined));
}

function merged(data: ReportData, before: Field | undefined, cell: ReportCell, index: number): Field {
  const kind = classOf(cell);
  const found = waysOf(cell);
  if (before === undefined) return { cell: index, kind, of: 1, same: 1, ways: found };
  const all = ways.filter((way) => before.ways.includes(way) || found.includes(way));
  const worst = data.cells[before.cell];
  const of = before.of + 1;
  if (classes.indexOf(kind) < classes.indexOf(before.kind)) return { cell: index, kind, of, same: 1, ways: all };
  return { ...before, of, ways: all, same: before.same + (worst?.verdict === cell.verdict ? 1 : 0) };
}

/** Rows that the filters leave, under the headings of their groups. */
export function overviewRows(data: ReportData, rows: readonly ScenarioRow[], route: Route): OverviewRow[] {
  const kinds = shownClasses(route);
  const columns = shownColumns(data, route);
  const found = rows.filter(({ scenario, fields }) => {
    const shown = columns.flatMap((column) => fields[column] ?? []);
    if (!shown.some(({ kind }) => kinds.has(kind))) return false;
    const way = ways.find((one) => one === route.how);
    if (way !== undefined && !shown.some((field) => field.ways.includes(way))) return false;
    return route.q === undefined || matches(searchText(data, scenario, shown), route.q);
  });
  const groups = new Map<string, ScenarioRow[]>();
  for (const row of found) {
    for (const name of groupsOf(data, row.scenario, route.group)) {
      const members = groups.get(name) ?? [];
      members.push(row);
      groups.set(name, members);
    }
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, members]) => [{ type: 'group', name, counts: countsOf(members, columns) }, ...members]);
}

function searchText(data: ReportData, scenario: number, fields: readonly Field[]): string {
  const { name = '', title = '', tags = [] } = data.scenarios[scenario] ?? {};
  const whys = fields.map(({ cell, ways: found }) => {
    const { verdict = '', why = '', known } = data.cells[cell] ?? {};
    return `${verdict} ${why} ${known?.bug ?? ''} ${found.map((way) => wayWords[way]).join(' ')}`;
  });
  return [name, title, ...tags, ...whys].join(' ');
}

function groupsOf(data: ReportData, scenario: number, group: string | undefined): string[] {
  const { name = '', tags = [] } = data.scenarios[scenario] ?? {};
  if (group === 'tag') return tags.length === 0 ? ['no tag'] : tags;
  const slash = name.lastIndexOf('/');
  return [slash === -1 ? '.' : name.slice(0, slash)];
}

function countsOf(rows: readonly ScenarioRow[], columns: readonly number[]): Record<CellClass, number> {
  const counts = { unexpected: 0, lost: 0, known: 0, pass: 0, skip: 0 };
  for (const { fields } of rows) {
    for (const column of columns) {
      const field = fields[column];
      if (field !== undefined) counts[field.kind]++;
    }
  }
  return counts;
}

/** How many cells there are of each class, filters apart. */
export function classCounts(data: ReportData): Record<CellClass, number> {
  const counts = { unexpected: 0, lost: 0, known: 0, pass: 0, skip: 0 };
  for (const cell of data.cells) counts[classOf(cell)]++;
  return counts;
}

/** How many cells came to their verdict in each way. */
export function wayCounts(data: ReportData): Record<Way, number> {
  const counts = { reused: 0, retried: 0 };
  for (const cell of data.cells) for (const way of waysOf(cell)) counts[way]++;
  return counts;
}
