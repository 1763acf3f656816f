// SPDX-License-Identifier: GPL-2.0-only
// Makes an HTML report of a run, of a comparison, or of the last nights.

import path from 'node:path';
import { comparisonFileSchema, type Comparison, type PatchStory } from '../compare/comparison.ts';
import { eachPatch } from '../compare/each.ts';
import { readSide } from '../compare/read-side.ts';
import { UsageError } from '../host/errors.ts';
import { projectVersion } from '../host/project-version.ts';
import { buildPage } from '../report/html/build-page.ts';
import { comparableNights } from '../report/html/history.ts';
import { htmlFile } from '../report/html/html-file.ts';
import { makeReport, type ReportedRun } from '../report/html/make-report.ts';
import { packReport } from '../report/html/pack.ts';
import { readNights, readReported } from '../report/html/read-reported.ts';
import { readRecorded } from '../results/read-recorded.ts';
import type { RunRecord } from '../results/run-record.ts';
import { comparisonsOf } from './compare.ts';
import { scenarioFile } from './scenario-files.ts';

export interface ReportOptions {
  /** Kernels to compare, as asked for. */
  base?: string | undefined;
  kernel?: string | undefined;
  /** With the history of so many comparable runs up to the last one that is named, it included. */
  nights?: number | undefined;
  now?: Date;
}

/** What is compared, if anything is, and what became of each patch of a series. */
interface Compared {
  comparisons: Comparison[];
  patches?: PatchStory[] | undefined;
}

/** The file's text. `folders`: one run, or two that are compared. @throws UsageError */
export function htmlReport(folders: readonly string[], options: ReportOptions = {}): Promise<string> {
  const runs = [...new Set(folders)].map(readReported);
  return reportOf(runs, compared(runs, options), options);
}

/**
 * The file's text for what `hazmat compare --json` printed: with the patches of a series and the warnings of the compiler.
 * @throws UsageError when it is no comparison of this version, or a run of it is gone
 */
export function htmlReportOfComparison(file: string, options: ReportOptions = {}): Promise<string> {
  const { comparisons, patches } = readRecorded(file, comparisonFileSchema);
  const folders = comparisons.flatMap(({ base, tested }) => [base.folder, tested.folder]);
  const runs = [...new Set(folders)].map(readReported);
  return reportOf(runs, { comparisons, patches }, options);
}

async function reportOf(
  runs: readonly ReportedRun[],
  { comparisons, patches }: Compared,
  { nights, now = new Date() }: ReportOptions,
): Promise<string> {
  const last = runs.at(-1);
  if (last === undefined) throw new UsageError('there is no run to report');
  const title = runs.map(({ record }) => path.basename(record.folder)).join(' and ');
  const report = makeReport({
    title,
    made: now.toISOString(),
    hazmat: projectVersion(),
    runs,
    comparisons,
    patches,
    nights: nights === undefined ? undefined : nightsOf(last.record, nights),
    scenario: scenarioFile,
  });
  return htmlFile(`hazmat: ${title}`, await buildPage(), packReport(report));
}

/** The runs of the folder that the run is in. */
function nightsOf(record: RunRecord, most: number): RunRecord[] {
  const others = readNights(path.dirname(record.folder)).filter(({ folder }) => folder !== record.folder);
  return comparableNights(record, others, most);
}

/** Two runs are compared, and so are the kernels of a run that `hazmat compare` made or whose kernels are named. */
function compared(runs: readonly ReportedRun[], { base, kernel }: ReportOptions): Compared {
  const [first, second] = runs;
  if (first === undefined) return { comparisons: [] };
  const { record } = first;
  if (second !== undefined) {
    const folders = { base: record.folder, tested: second.record.folder };
    return { comparisons: comparisonsOf(folders, { base, kernel }) };
  }
  const folders = { base: record.folder, tested: record.folder };
  if (base !== undefined || kernel !== undefined) {
    if (base === undefined || kernel === undefined) {
      throw new UsageError('to compare two kernels of one run, name both', {
        hint: 'Use --base KERNEL and --kernel KERNEL.',
      });
    }
    return { comparisons: comparisonsOf(folders, { base, kernel }) };
  }
  const [left, ...others] = record.kernels;
  const last = others.at(-1);
  if (left === undefined || last === undefined || !isComparison(record)) return { comparisons: [] };
  const comparisons = comparisonsOf(folders, { base: left, kernel: last });
  return { comparisons, patches: others.length > 1 ? patchesOf(record, left, others) : undefined };
}

/** Made by `hazmat compare`: the first kernel is the base. */
function isComparison({ command }: RunRecord): boolean {
  return /^npx hazmat compare /.test(command);
}

/** A run with --each has a kernel for each patch of the series: `7.2+SERIES#1`. Compiler warnings are not in its record. */
function patchesOf(record: RunRecord, base: string, kernels: readonly string[]): PatchStory[] {
  const sides = kernels.map((kernel, index) => {
    const { patch } = record.variants?.find((variant) => variant.name === kernel) ?? {};
    const label = record.kernelFacts.find((facts) => facts.kernel === kernel)?.label;
    return { name: patch ?? label ?? `patch ${index + 1}`, kernel, side: readSide(record, kernel), warnings: [] };
  });
  return eachPatch(readSide(record, base), sides);
}
