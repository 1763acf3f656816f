// SPDX-License-Identifier: GPL-2.0-only
// hazmat compare: what one kernel does otherwise than another, from two runs, one run, or a run made now.

import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../host/errors.ts';
import { resultsRoot } from '../host/places.ts';
import { catalogueLines, loadCatalogue } from '../kernel/catalogue.ts';
import { keptWarnings } from '../kernel/build/kept-warnings.ts';
import { readSeries } from '../kernel/series/series.ts';
import { parseKernelSpec } from '../kernel/spec.ts';
import { newWarnings, type Warnings } from '../kernel/build/warnings.ts';
import { compareSides, comparisonExitCode, type Comparison, type Side } from '../compare/compare.ts';
import { eachPatch, type PatchStory } from '../compare/each.ts';
import { findRun, kernelPairs, namedRun, runByName } from '../results/find-run.ts';
import { readRun } from '../results/read-run.ts';
import { readSide } from '../results/read-stories.ts';
import { comparisonJson } from '../report/comparison-json.ts';
import { comparisonMail } from '../report/comparison-mail.ts';
import { comparisonText } from '../report/comparison-text.ts';
import { eachText } from '../report/each-text.ts';
import { plainStyle } from '../report/style.ts';
import { styleFor } from '../report/terminal.ts';
import { cannotWrite } from '../host/atomic-file.ts';
import { scenarioNames } from '../scenario/load.ts';
import { defaultJobs } from '../run/environment.ts';
import { interruptedExitCode } from '../run/interrupt.ts';
import { collectKernels, configFromOption, configOption, positiveInteger } from './options.ts';
import { checkConfigFlags, plan, runName, runPlanned, type RunOptions } from './run.ts';

interface CompareFlags extends RunOptions {
  base?: string;
  kernel?: string;
  series?: string;
  each?: boolean;
  json?: boolean;
  mail?: boolean;
  output?: string;
}

export function compareCommand(): Command {
  return new Command('compare')
    .description('Say what changed between two kernels: fixed, broken, the same.')
    .argument(
      '[what...]',
      'two runs, or one: folders, names, latest; with both kernels and no run: scenarios to run now',
    )
    .option('--base <kernel>', 'the kernel to compare with; in the first run, or to be run now', oneKernel)
    .option('-k, --kernel <kernel>', 'the kernel that is judged; in the last run, or to be run now', oneKernel)
    .option(
      '-s, --series <series>',
      'put on the base and judged: a .patch, a folder, an mbox, git:PATH@A..B, b4:MESSAGE-ID',
    )
    .option('--each', 'with --series: build and judge after every patch')
    .addOption(configOption())
    .addOption(configFromOption())
    .option('--json', 'print it for programs')
    .option('--mail', 'print it as plain text to paste under a cover letter')
    .option('-o, --output <file>', 'write it to a file')
    .option('-r, --repeat <n>', 'run now: each cell so many times; times are compared from 5 on', positiveInteger, 1)
    .option('-j, --jobs <n>', 'run now: guests at a time', positiveInteger, defaultJobs())
    .option('--name <name>', 'run now: name of the run in results/')
    .option('--fresh', 'run now: boot and lay everything anew for each cell')
    .option('--append <words>', 'run now: further words for the kernel command line')
    .addHelpText(
      'after',
      `
Examples:
  npx hazmat compare before latest                     two runs
  npx hazmat compare latest --base 6.12 --kernel 7.2   two kernels of one run
  npx hazmat compare --base 6.12 --kernel 7.2 remove   run the scenarios on both, then compare
  npx hazmat compare --base 7.2 --series my.mbox       apply, build what must be built, run, compare
  npx hazmat compare --base git:linux@v7.2 --series git:linux@v7.2..mine --each
Exit codes: 0 nothing broke, 1 something broke, 2 wrong usage, 3 the lab failed.`,
    )
    .action(async (words: string[], flags: CompareFlags) => {
      process.exitCode = await compare(words, flags);
    });
}

async function compare(words: string[], flags: CompareFlags): Promise<number> {
  if (flags.json === true && flags.mail === true) throw new UsageError('--json and --mail: one of them');
  const [first, second, ...more] = words;
  const { base } = flags;
  if (flags.series !== undefined) return compareSeries(words, flags.series, flags);
  if (flags.each === true) throw new UsageError('--each goes with --series: patch by patch');
  const { kernel } = flags;
  const bothKernels = base !== undefined && kernel !== undefined;
  if (bothKernels && !meansRun(first)) return compareNow(words, base, kernel, flags);
  if (first === undefined || more.length > 0) {
    throw new UsageError('what is to be compared?', {
      hint: 'Two runs; one run with --base KERNEL and --kernel KERNEL; or only these two, to run now.',
    });
  }
  const folders = { base: findRun(first, resultsRoot()), series: findRun(second ?? first, resultsRoot()) };
  return report(comparisonsOf(folders, flags), flags);
}

/** With two kernels, a word can be a run or a scenario: a run's folder, then a scenario, then the name of a run. */
function meansRun(word: string | undefined): boolean {
  if (word === undefined) return false;
  if (namedRun(word, resultsRoot()) !== undefined) return true;
  const isScenario = scenarioNames().some((name) => name === word || name.startsWith(`${word}/`));
  return !isScenario && runByName(word, resultsRoot()) !== undefined;
}

async function compareNow(words: string[], base: string, kernel: string, flags: CompareFlags): Promise<number> {
  if (base === kernel) throw new UsageError(`${kernel} cannot be compared with itself`);
  const { exitCode, folder } = await runNow(words, [base, kernel], { ...flags, needsEveryKernel: true });
  const told = report(comparisonsOf({ base: folder, series: folder }, { base, kernel }), flags);
  return exitCode === interruptedExitCode ? exitCode : told;
}

/** A base and the same with a series. */
async function compareSeries(words: string[], series: string, flags: CompareFlags): Promise<number> {
  const { base } = flags;
  if (base === undefined) {
    throw new UsageError('what is the series to be put on?', { hint: 'Say --base, such as --base 7.2.' });
  }
  if (flags.kernel !== undefined) throw new UsageError('--kernel and --series: one of them');
  const parsed = parseKernelSpec(base, catalogueLines(loadCatalogue()));
  if (parsed.kind === 'image') throw new UsageError(`${base} is built already: a series needs a source`);
  if (parsed.series !== undefined) {
    throw new UsageError(`${base} has a series already`, { hint: 'A folder can hold both, one after the other.' });
  }
  if (flags.each !== true) return compareNow(words, base, `${base}+${series}`, flags);
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
  const told = report(comparisonsOf({ base: folder, series: folder }, { base, kernel: last }), flags, stories);
  return exitCode === interruptedExitCode ? exitCode : told;
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
  flags: CompareFlags & { needsEveryKernel?: boolean },
): Promise<{ exitCode: number; folder: string }> {
  checkConfigFlags(flags);
  const name = flags.name ?? `compare-${runName(words, kernels.slice(0, 2))}`;
  return runPlanned(plan(words, kernels, flags), kernels, { ...flags, name }, process.stderr);
}

function comparisonsOf(
  folders: { base: string; series: string },
  { base, kernel }: Pick<CompareFlags, 'base' | 'kernel'>,
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

function report(
  comparisons: Comparison[],
  { json, mail, output }: CompareFlags,
  stories?: readonly PatchStory[],
): number {
  const page =
    output === undefined
      ? {
          style: styleFor(process.stdout.isTTY, process.env),
          width: columns(),
        }
      : { style: plainStyle, width: 100 };
  const from = process.cwd();
  const text =
    json === true
      ? comparisonJson(comparisons, stories)
      : (mail === true ? comparisonMail(comparisons) : comparisonText(comparisons, { ...page, from })) +
        (stories === undefined ? '' : `\n${eachText(stories)}`);
  if (output === undefined) process.stdout.write(text);
  else write(output, text);
  return comparisonExitCode(comparisons, stories);
}

function columns(): number {
  return process.stdout.columns || Number(process.env.COLUMNS) || 100;
}

/** Not by way of a file beside it: the user's file may be a pipe or /dev/stdout. */
function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

function oneKernel(text: string): string {
  const [kernel, ...more] = collectKernels(text);
  if (kernel === undefined || more.length > 0) throw new InvalidArgumentError('It must be one kernel.');
  return kernel;
}
