// SPDX-License-Identifier: GPL-2.0-only
// Brings together what a bug report says: a cell of a run with its evidence, and what kernels/bugs.yaml knows.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../host/errors.ts';
import { quoteArgv } from '../host/program.ts';
import { bugReport, type BugReport } from '../report/bug-report.ts';
import { headline } from '../report/cell-lines.ts';
import { publicKernel, publicSpec } from '../report/public-kernel.ts';
import type { CellResult } from '../results/events.ts';
import { mainDeviation } from '../results/main-deviation.ts';
import { readRecorded, readRunFile } from '../results/read-recorded.ts';
import type { RunRecord } from '../results/run-record.ts';
import { cellStorySchema } from '../results/schemas.ts';
import { recordedIssues } from '../scenario/recorded-issues.ts';
import { loadBugs } from '../verdict/bugs.ts';

/** The report of a bug of kernels/bugs.yaml, with what a run shows of it if it does. @throws UsageError for an unknown bug */
export function reportOfBug(name: string, record: RunRecord | undefined): string {
  const bug = loadBugs().get(name);
  if (bug === undefined) {
    throw new UsageError(`there is no bug ${name} in kernels/bugs.yaml`, { hint: [...loadBugs().keys()].join(' ') });
  }
  const cell = record?.cells.find((one) => bugOf(one) === name);
  if (record !== undefined && cell !== undefined) return reportOfCell(record, cell);
  const [scenario] = recordedIssues().filter(({ entry }) => entry.bug === name);
  const newest = bug.seen.at(-1) ?? '';
  const command = ['npx', 'hazmat', 'run', scenario?.scenario ?? '', '--kernel', newest];
  return bugReport({
    title: bug.title,
    scenario: undefined,
    kernel: `Linux ${newest}`,
    deviations: [],
    steps: [],
    log: undefined,
    reproduce: scenario === undefined ? [] : [quoteArgv(command)],
    bug: { name, ...bug },
    introduced: undefined,
  });
}

/** The report of what one cell showed. */
export function reportOfCell(record: RunRecord, cell: CellResult, introduced?: BugReport['introduced']): string {
  const name = bugOf(cell);
  const bug = name === undefined ? undefined : loadBugs().get(name);
  const main = mainDeviation(cell);
  const facts = record.kernelFacts.find(({ kernel }) => kernel === cell.kernel);
  const folder = path.join(record.folder, cell.folder);
  return bugReport({
    title: bug?.title ?? (main === undefined ? cell.why : headline(main)),
    scenario: { name: shownScenario(cell), title: cell.title, text: textOf(cell) },
    kernel: facts === undefined ? `Linux ${cell.kernelVersion}` : publicKernel(facts),
    deviations: [...(main === undefined ? [] : [main]), ...cell.deviations.filter((one) => one !== main)],
    steps: stepsOf(folder),
    log: logOf(folder, main?.evidence),
    reproduce: [commandOf(cell)],
    bug: name === undefined || bug === undefined ? undefined : { name, ...bug },
    introduced,
  });
}

/** The cell that a word means: its id or its scenario, one that deviates first. @throws UsageError that lists those that deviate */
export function cellToReport(record: RunRecord, word: string): CellResult {
  const deviating = record.cells.filter(({ deviations }) => deviations.length > 0);
  const found = deviating.find(({ id, scenario }) => id === word || scenario === word);
  if (found !== undefined) return found;
  throw new UsageError(`${record.name} has no cell ${word} that deviates`, {
    hint:
      deviating.length === 0
        ? 'Everything was as the scenarios expect.'
        : `Those that deviate:\n${deviating.map(({ id }) => id).join('\n')}`,
  });
}

/** The bug that a cell shows: of its known issue, or known from another scenario. */
function bugOf({ known, deviations }: CellResult): string | undefined {
  return known?.bug ?? deviations.find(({ bug }) => bug !== undefined)?.bug;
}

function stepsOf(folder: string): string[] {
  const file = path.join(folder, 'verdict.json');
  if (!existsSync(file)) return [];
  return readRecorded(file, cellStorySchema).steps.map(({ step, label }) => `${step} ${label}`.trim());
}

/** A file of the user is known by its name; what is in it follows. */
function shownScenario({ scenario }: CellResult): string {
  return isFile(scenario) ? path.basename(scenario) : scenario;
}

function isFile(scenario: string): boolean {
  return /\.ya?ml$/.test(scenario);
}

function textOf({ scenario }: CellResult): string[] | undefined {
  if (!isFile(scenario) || !existsSync(scenario)) return undefined;
  return readRunFile(scenario).toString('utf8').trimEnd().split('\n');
}

function logOf(folder: string, evidence: string | undefined): BugReport['log'] {
  const file = evidence === undefined ? undefined : path.join(folder, evidence);
  // The whole kernel log is evidence of a failed expectation: that is no excerpt.
  if (file === undefined || evidence === 'dmesg.txt' || !existsSync(file)) return undefined;
  const lines = readRunFile(file).toString('utf8').trimEnd().split('\n');
  if (!file.endsWith('hang.txt')) return { title: 'Kernel log:', lines };
  // Of a hang the stacks are worth reading; what each CPU did in each sample is in the run.
  const samples = lines.findIndex((line) => line.startsWith('CPUs, sample'));
  return { title: 'Where it hangs:', lines: lines.slice(2, samples === -1 ? undefined : samples - 1) };
}

function commandOf(cell: CellResult): string {
  const { kernel, options = [] } = cell;
  const spec = `${publicSpec(kernel)}${kernel.includes('+') ? '+SERIES' : ''}`;
  return quoteArgv(['npx', 'hazmat', 'run', shownScenario(cell), '--kernel', spec, ...options]);
}
