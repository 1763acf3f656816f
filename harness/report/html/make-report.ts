// SPDX-License-Identifier: GPL-2.0-only
// From runs to what the page shows: the overview, and the details of every cell in chunks. Pure.

import type { Comparison, PatchStory } from '../../compare/comparison.ts';
import { kernelLabels } from '../../results/kernel-labels.ts';
import type { CellResult, PlannedCell, RunEvent } from '../../results/events.ts';
import type { RunRecord } from '../../results/run-record.ts';
import { attentionOf } from './attention.ts';
import { cellDetail, eventsByCell, type CellTexts } from './cell-detail.ts';
import { comparisonForPage } from './comparison-sides.ts';
import { historyOf, type Night } from './history.ts';
import { reportVersion, type CellDetail, type ReportCell, type ReportData } from './report-data.ts';
import { sourceOf, type ScenarioFile } from './scenario-source.ts';

/** A run, with how to read the files of its cells. */
export interface ReportedRun {
  record: RunRecord;
  events: readonly RunEvent[];
  /** The texts of a cell, by file name. `withLog` false: those of a cell that passed and need not be read. */
  texts: (cell: PlannedCell, withLog: boolean) => CellTexts;
}

export interface ReportInput {
  title: string;
  /** ISO 8601. */
  made: string;
  hazmat: string;
  runs: readonly ReportedRun[];
  comparisons?: readonly Comparison[] | undefined;
  patches?: PatchStory[] | undefined;
  /** The oldest first. */
  nights?: readonly Night[] | undefined;
  /** The scenario as it is now; undefined when its file is gone. */
  scenario: (name: string) => ScenarioFile | undefined;
}

/** The overview, and the details of each cell by its index in the overview. */
export interface Report {
  data: Omit<ReportData, 'chunkOf'>;
  details: ReadonlyMap<number, CellDetail>;
}

export function makeReport(input: ReportInput): Report {
  const planned = input.runs.flatMap(({ record }, run) => {
    const all: (CellResult | PlannedCell)[] = [...record.cells, ...record.unfinished];
    return all.map((cell) => ({ run, cell }));
  });
  const nightScenarios = (input.nights ?? []).flatMap(({ cells }) => cells.map(({ scenario }) => scenario));
  const names = [...new Set([...planned.map(({ cell }) => cell.scenario), ...nightScenarios])].sort();
  const scenarioIndex = new Map(names.map((name, index) => [name, index]));
  const files = new Map(names.map((name) => [name, input.scenario(name)]));
  const titles = new Map(planned.map(({ cell }) => [cell.scenario, cell.title]));
  const columns = input.runs.flatMap(({ record }, run) => columnsOf(record, run));
  const columnOf = (run: number, kernel: string): number =>
    columns.findIndex((column) => column.run === run && column.kernel === kernel);
  const cells = planned.map(({ run, cell }) =>
    reportCell(cell, scenarioIndex.get(cell.scenario) ?? 0, columnOf(run, cell.kernel)),
  );
  const indexes = new Map(planned.map(({ cell }, index) => [cell, index]));

  const byFolder = new Map<string, number>();
  for (const [index, { run, cell }] of planned.entries())
    byFolder.set(`${input.runs[run]?.record.folder ?? ''}/${cell.folder}`, index);
  const compared = comparedCells(input.comparisons ?? [], byFolder);
  const events = input.runs.map((run) => eventsByCell(run.events));
  const details = new Map<number, CellDetail>();
  for (const [index, { run, cell }] of planned.entries()) {
    const own = events[run]?.get(cell.id);
    const result = 'verdict' in cell ? cell : undefined;
    const withLog = compared.has(index) || (result !== undefined && result.verdict !== 'pass');
    const texts = input.runs[run]?.texts(cell, withLog) ?? new Map<string, string>();
    if (own === undefined && texts.size === 0) continue;
    const file = files.get(cell.scenario);
    const version = result?.kernelVersion ?? columns[columnOf(run, cell.kernel)]?.version ?? '';
    const source = file === undefined ? undefined : sourceOf(file, version, cell.content);
    const none = { started: [], ended: [], signals: [], clocks: [], qemu: [] };
    details.set(index, cellDetail(own ?? none, result, texts, { source, withLog }));
  }

  const notRun = planned.flatMap(({ cell }, index) => ('verdict' in cell ? [] : [index]));
  const results = input.runs.flatMap(({ record }) => record.cells);
  const runOf = (run: string): number =>
    Math.max(
      0,
      input.runs.findIndex(({ record }) => record.folder.endsWith(`/${run}`)),
    );
  const data: Report['data'] = {
    version: reportVersion,
    title: input.title,
    made: input.made,
    hazmat: input.hazmat,
    runs: input.runs.map(({ record }) => {
      const { name, command, started, durationMs, interrupted, environment, messages } = record;
      return { name, command, started, durationMs, interrupted, environment, messages };
    }),
    columns,
    scenarios: names.map((name) => ({ name, title: titles.get(name) ?? '', tags: [...(files.get(name)?.tags ?? [])] })),
    cells,
    attention: attentionOf(results, (cell) => indexes.get(cell) ?? 0, notRun),
    comparisons: (input.comparisons ?? []).map((comparison) => {
      const base = columnOf(runOf(comparison.base.run), comparison.base.kernel);
      const tested = columnOf(runOf(comparison.tested.run), comparison.tested.kernel);
      return comparisonForPage(comparison, { base, tested }, ({ folder }) => {
        const index = byFolder.get(folder);
        return index === undefined ? undefined : { index, steps: stories(details.get(index)) };
      });
    }),
    ...(input.patches === undefined ? {} : { patches: input.patches }),
    ...(input.nights === undefined ? {} : { history: historyOf(input.nights, (name) => scenarioIndex.get(name) ?? 0) }),
  };
  return { data, details };
}

function columnsOf(record: RunRecord, run: number): ReportData['columns'] {
  const labels = kernelLabels(record);
  return record.kernels.map((kernel) => {
    const facts = record.kernelFacts.find((one) => one.kernel === kernel);
    const version = facts?.version ?? record.cells.find((cell) => cell.kernel === kernel)?.kernelVersion ?? '';
    const about = facts === undefined ? {} : { release: facts.release, origin: facts.origin };
    return { run, kernel, label: labels.get(kernel) ?? kernel, version, ...about };
  });
}

function reportCell(cell: CellResult | PlannedCell, scenario: number, column: number): ReportCell {
  const { folder, reproduce } = cell;
  const about = { scenario, column, folder, reproduce, ...(cell.repeats === 1 ? {} : { repeat: cell.repeat }) };
  if (!('verdict' in cell)) {
    return { ...about, verdict: 'not run', expected: false, why: 'the run ended before this cell', durationMs: 0 };
  }
  const { verdict, expected, why, known, knownButPassed, durationMs, reused, firstTry } = cell;
  return {
    ...about,
    verdict,
    expected,
    why,
    ...(known === undefined ? {} : { known }),
    ...(knownButPassed === undefined ? {} : { knownButPassed }),
    ...(reused === undefined ? {} : { reused: reused.run }),
    ...(firstTry === undefined ? {} : { firstTry }),
    durationMs,
  };
}

/** Cells that a comparison shows with their kernel logs: where something changed. */
function comparedCells(comparisons: readonly Comparison[], byFolder: ReadonlyMap<string, number>): Set<number> {
  const changed = comparisons.flatMap(({ scenarios }) => scenarios.filter(({ change }) => change !== 'unchanged'));
  return new Set(
    changed.flatMap(({ base, tested }) =>
      [base, tested].flatMap((shown) => (shown === undefined ? [] : (byFolder.get(shown.folder) ?? []))),
    ),
  );
}

/** Steps as compare/ pairs them. */
function stories(detail: CellDetail | undefined) {
  return (detail?.steps ?? []).map((step) => ({ ...step, outcome: step.outcome ?? ('ended' as const), ms: step.atMs }));
}
