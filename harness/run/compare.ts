// SPDX-License-Identifier: GPL-2.0-only
// Campaigns of one comparison: two kernels run now, or a base and the same with a series, patch by patch if asked.

import { compareSides, type Comparison, type Side } from '../compare/compare.ts';
import { eachPatch, type PatchStory } from '../compare/each.ts';
import { UsageError } from '../host/errors.ts';
import { newWarnings, type Warnings } from '../kernel/build/warnings.ts';
import { keptWarnings } from '../kernel/build/kept-warnings.ts';
import { catalogLines, loadCatalog } from '../kernel/catalog.ts';
import { readSeries } from '../kernel/series/series.ts';
import { parseKernelSpec } from '../kernel/spec.ts';
import { kernelPairs } from '../results/find-run.ts';
import { readRun } from '../results/read-run.ts';
import { readSide } from '../compare/read-side.ts';
import { interruptedExitCode } from './interrupt.ts';
import { checkConfigFlags, plan, runName, runPlanned, type RunSettings } from './whole-run.ts';

/** A comparison whose runs were made now. */
export interface MadeComparison {
  comparisons: Comparison[];
  /** With --each: what became of every patch. */
  stories?: readonly PatchStory[];
  /** The run was stopped: what is compared is what there was until then. */
  interrupted: boolean;
}

/** What two kernels show in the same scenarios. @throws UsageError */
export async function compareKernels(
  words: readonly string[],
  base: string,
  kernel: string,
  settings: RunSettings,
): Promise<MadeComparison> {
  if (base === kernel) throw new UsageError(`${kernel} cannot be compared with itself`);
  const { exitCode, folder } = await runNow(words, [base, kernel], { ...settings, needsEveryKernel: true });
  const comparisons = comparisonsOf({ base: folder, series: folder }, { base, kernel });
  return { comparisons, interrupted: exitCode === interruptedExitCode };
}

/** What a series changes on a base. @throws UsageError for a base that takes no series */
export async function compareSeries(
  words: readonly string[],
  base: string,
  series: string,
  flags: RunSettings & { each?: boolean },
): Promise<MadeComparison> {
  const parsed = parseKernelSpec(base, catalogLines(loadCatalog()));
  if (parsed.kind === 'image') throw new UsageError(`${base} is built already: a series needs a source`);
  if (parsed.series !== undefined) {
    throw new UsageError(`${base} has a series already`, { hint: 'A folder can hold both, one after the other.' });
  }
  if (flags.each !== true) return compareKernels(words, base, `${base}+${series}`, flags);
  const { patches } = await readSeries(series);
  const kernels = [base, ...patches.map((_patch, index) => `${base}+${series}#${index + 1}`)];
  const { exitCode, folder } = await runNow(words, kernels, flags);
  const record = readRun(folder);
  const sides = kernels.map((kernel) => readSide(record, kernel));
  const warnings = kernels.map((kernel) => keptWarnings(record.kernelFacts.find((one) => one.kernel === kernel)?.id));
  const stories = eachPatch(
    sides[0] as Side,
    patches.map(({ name, files }, index) => ({
      name,
      kernel: kernels[index + 1] ?? '',
      side: sides[index + 1] as Side,
      warnings: warningsOfPatch(warnings.slice(0, index + 1), warnings[index + 1], files),
    })),
  );
  const last = kernels.at(-1) ?? '';
  const comparisons = comparisonsOf({ base: folder, series: folder }, { base, kernel: last });
  return { comparisons, stories, interrupted: exitCode === interruptedExitCode };
}

/** What the compiler says anew after a patch: against the last kernel of which that is known, else of the patch's own files. */
function warningsOfPatch(
  before: readonly (Warnings | undefined)[],
  after: Warnings | undefined,
  files: readonly { path: string }[],
): string[] {
  if (after === undefined) return [];
  const last = before.findLast((one) => one !== undefined);
  if (last !== undefined) return newWarnings(last, after);
  const own = new Set(files.map(({ path }) => path));
  return newWarnings(new Map(), after).filter((warning) => own.has(warning.split(':')[0] ?? ''));
}

/** Runs scenarios on kernels. What is asked for goes to stdout, so the run's progress goes beside it. */
function runNow(
  words: readonly string[],
  kernels: string[],
  flags: RunSettings & { needsEveryKernel?: boolean },
): Promise<{ exitCode: number; folder: string }> {
  checkConfigFlags(flags);
  const name = flags.name ?? `compare-${runName(words, kernels.slice(0, 2))}`;
  return runPlanned(plan(words, kernels, flags), kernels, { ...flags, name }, process.stderr);
}

/**
 * Comparisons of kernels of two runs, or of one with itself.
 * @throws UsageError when they have no scenario in common
 */
export function comparisonsOf(
  folders: { base: string; series: string },
  { base, kernel }: { base?: string | undefined; kernel?: string | undefined },
): Comparison[] {
  const [left, right] = [readRun(folders.base), readRun(folders.series)];
  const asked = { ...(base === undefined ? {} : { base }), ...(kernel === undefined ? {} : { series: kernel }) };
  const comparisons = kernelPairs(left, right, asked).map((pair) =>
    compareSides(readSide(left, pair.base), readSide(right, pair.series)),
  );
  const shared = comparisons.some(({ scenarios }) =>
    scenarios.some((one) => one.base !== undefined && one.series !== undefined),
  );
  const open = comparisons.some(({ lost }) => lost.length > 0);
  if (shared || open) return comparisons;
  throw new UsageError('the two have no scenario in common', {
    hint: `Made by:\n${left.command}\n${right.command}`,
  });
}
