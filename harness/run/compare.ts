// SPDX-License-Identifier: GPL-2.0-only
// Runs that are made for one comparison: two kernels, or a base and the same with a series, patch by patch if asked.

import { compareSides } from '../compare/compare.ts';
import type { Comparison, PatchStory } from '../compare/comparison.ts';
import { eachPatch } from '../compare/each.ts';
import { UsageError } from '../host/errors.ts';
import { newWarnings, warningsIn, type Warnings } from '../kernel/build/warnings.ts';
import { keptWarnings } from '../kernel/build/kept-warnings.ts';
import { catalogLines, loadCatalog } from '../kernel/catalog.ts';
import { readSeriesOf } from '../kernel/series/series.ts';
import { parseKernelSpec, partWord, splitPart, withSeries } from '../kernel/spec.ts';
import { kernelPairs } from '../results/find-run.ts';
import { readRun } from '../results/read-run.ts';
import { readSide } from '../compare/read-side.ts';
import { checkAllSeries } from './check-series.ts';
import { interruptedExitCode } from './interrupt.ts';
import { onlyTouching } from './touching/touching.ts';
import { checkConfigFlags, plan, runName, runPlanned, variantsOf, type RunSettings } from './whole-run.ts';

/** A comparison whose runs were made now. */
export interface MadeComparison {
  comparisons: Comparison[];
  /** With --each: what became of every patch. */
  stories?: PatchStory[];
  /** The run was interrupted: the comparison covers what had run until then. */
  interrupted: boolean;
}

/** A series, and the kernel that it is for. */
interface Touched {
  base: string;
  series: string;
}

/** No scenario executes what the series changes. */
const nothingTouched: MadeComparison = { comparisons: [], interrupted: false };

/** Runs the same scenarios on two kernels and compares; `quiet`: without progress on stderr. @throws UsageError */
export async function compareKernels(
  words: readonly string[],
  base: string,
  kernel: string,
  settings: RunSettings & { quiet?: boolean; touched?: Touched | undefined },
): Promise<MadeComparison> {
  if (base === kernel) throw new UsageError(`${kernel} cannot be compared with itself`);
  const made = await runNow(words, [base, kernel], { ...settings, needsEveryKernel: true });
  if (made === undefined) return nothingTouched;
  const { exitCode, folder } = made;
  const comparisons = comparisonsOf({ base: folder, tested: folder }, { base, kernel });
  return { comparisons, interrupted: exitCode === interruptedExitCode };
}

/** Runs scenarios on a base and on the same with a series, and compares. @throws UsageError for a base that takes no series */
export async function compareSeries(
  words: readonly string[],
  base: string,
  series: string,
  flags: RunSettings & { each?: boolean; touching?: boolean },
): Promise<MadeComparison> {
  const parsed = parseKernelSpec(base, catalogLines(loadCatalog()));
  if (parsed.kind === 'image')
    throw new UsageError(`${base} is already built: a series needs a source tree`, {
      hint: 'Use --base source:VERSION, git:PATH@REF, tree:PATH or tarball:FILE.',
    });
  if (parsed.series?.part !== undefined)
    throw new UsageError(`${base} has a part of a series`, { hint: 'A series goes on top of a whole one.' });
  const tested = withSeries(base, series);
  const touched = flags.touching === true ? { base, series } : undefined;
  if (flags.each !== true) return compareKernels(words, base, tested, { ...flags, touched });
  const { whole, part } = splitPart(series);
  const { patches } = await readSeriesOf({ words: [whole], part });
  await checkAllSeries([tested], { every: true });
  const from = part?.from ?? 1;
  const upTo = (index: number): string => `${withSeries(base, whole)}${partWord({ from, to: from + index })}`;
  const kernels = [base, ...patches.map((_patch, index) => upTo(index))];
  const names = new Map(patches.map(({ name }, index) => [kernels[index + 1] ?? '', name]));
  const made = await runNow(words, kernels, { ...flags, patches: names, touched });
  if (made === undefined) return nothingTouched;
  const { exitCode, folder } = made;
  const record = readRun(folder);
  const sideOf = (kernel: string) => readSide(record, kernel);
  const warnings = kernels.map((kernel) => keptWarnings(record.kernelFacts.find((one) => one.kernel === kernel)?.id));
  const stories = eachPatch(
    sideOf(base),
    patches.map(({ name: file, subject, files }, index) => {
      const name = subject || file;
      const kernel = kernels[index + 1] ?? '';
      const added = warningsOfPatch(warnings.slice(0, index + 1), warnings[index + 1], files);
      return { name, kernel, side: sideOf(kernel), warnings: added };
    }),
  );
  const last = kernels.at(-1) ?? '';
  const comparisons = comparisonsOf({ base: folder, tested: folder }, { base, kernel: last });
  return { comparisons, stories, interrupted: exitCode === interruptedExitCode };
}

/** Compiler warnings that a patch added: since the last kernel whose warnings are known, else those in the patch's own files. */
function warningsOfPatch(
  before: readonly (Warnings | undefined)[],
  after: Warnings | undefined,
  files: readonly { path: string }[],
): string[] {
  if (after === undefined) return [];
  const last = before.findLast((one) => one !== undefined);
  return last === undefined ? warningsIn(files, after) : newWarnings(last, after);
}

/** Runs scenarios on kernels. The comparison goes to stdout, so progress goes to stderr. Undefined when a series reaches none of them. */
async function runNow(
  words: readonly string[],
  kernels: string[],
  flags: RunSettings & {
    needsEveryKernel?: boolean;
    quiet?: boolean;
    patches?: ReadonlyMap<string, string>;
    touched?: Touched | undefined;
  },
): Promise<{ exitCode: number; folder: string } | undefined> {
  checkConfigFlags(flags);
  const name = flags.name ?? `compare-${runName(words, kernels.slice(0, 2))}`;
  const all = { variants: variantsOf(kernels, flags), cells: plan(words, kernels, flags), dropped: [] };
  if (flags.needsEveryKernel === true) await checkAllSeries(kernels, { every: true });
  const { touched } = flags;
  const { cells, dropped } = touched === undefined ? all : await onlyTouching(all, touched.series, () => touched.base);
  if (cells.length === 0) return undefined;
  const out = flags.quiet === true ? undefined : process.stderr;
  return runPlanned(cells, kernels, { ...flags, name, dropped }, out);
}

/**
 * Comparisons of kernels of two runs, or of one with itself.
 * @throws UsageError when they have no scenario in common
 */
export function comparisonsOf(
  folders: { base: string; tested: string },
  { base, kernel }: { base?: string | undefined; kernel?: string | undefined },
): Comparison[] {
  const [left, right] = [readRun(folders.base), readRun(folders.tested)];
  const asked = { ...(base === undefined ? {} : { base }), ...(kernel === undefined ? {} : { tested: kernel }) };
  const comparisons = kernelPairs(left, right, asked).map((pair) =>
    compareSides(readSide(left, pair.base), readSide(right, pair.tested)),
  );
  const shared = comparisons.some(({ scenarios }) =>
    scenarios.some((one) => one.base !== undefined && one.tested !== undefined),
  );
  const open = comparisons.some(({ lost }) => lost.length > 0);
  if (shared || open) return comparisons;
  throw new UsageError('the two runs have no scenario in common', {
    hint: `They were made by:\n${left.command}\n${right.command}`,
  });
}
