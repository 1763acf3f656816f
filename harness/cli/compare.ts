// SPDX-License-Identifier: GPL-2.0-only
// hazmat compare: what one kernel does otherwise than another, from two runs, one run, or a run made now.

import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../host/errors.ts';
import { resultsRoot } from '../host/places.ts';
import { compareSides, comparisonExitCode, type Comparison } from '../results/compare.ts';
import { findRun, kernelPairs, namedRun, runByName } from '../results/find-run.ts';
import { readRun } from '../results/read-run.ts';
import { readSide } from '../results/read-stories.ts';
import { comparisonJson } from '../results/reporters/comparison-json.ts';
import { comparisonMail } from '../results/reporters/comparison-mail.ts';
import { comparisonText } from '../results/reporters/comparison-text.ts';
import { plainStyle } from '../results/reporters/style.ts';
import { styleFor } from '../results/reporters/terminal.ts';
import { cannotWrite } from '../results/whole-file.ts';
import { scenarioNames } from '../scenario/load.ts';
import { defaultJobs } from '../scenario/run.ts';
import { interruptedExitCode } from './interrupt.ts';
import { collectKernels, positiveInteger } from './options.ts';
import { plan, runName, runPlanned, type RunOptions } from './run.ts';

interface CompareFlags extends RunOptions {
  base?: string;
  kernel?: string;
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
Exit codes: 0 nothing broke, 1 something broke, 2 wrong usage, 3 the lab failed.`,
    )
    .action(async (words: string[], flags: CompareFlags) => {
      process.exitCode = await compare(words, flags);
    });
}

async function compare(words: string[], flags: CompareFlags): Promise<number> {
  if (flags.json === true && flags.mail === true) throw new UsageError('--json and --mail: one of them');
  const [first, second, ...more] = words;
  const { base, kernel } = flags;
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
  const kernels = [base, kernel];
  const cells = plan(words, kernels, flags.repeat);
  const name = flags.name ?? `compare-${runName(words, kernels)}`;
  // What is asked for goes to stdout, so the run's progress goes beside it.
  const { exitCode, folder } = await runPlanned(cells, kernels, { ...flags, name }, process.stderr);
  const told = report(comparisonsOf({ base: folder, series: folder }, { base, kernel }), flags);
  return exitCode === interruptedExitCode ? exitCode : told;
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

function report(comparisons: Comparison[], { json, mail, output }: CompareFlags): number {
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
      ? comparisonJson(comparisons)
      : mail === true
        ? comparisonMail(comparisons)
        : comparisonText(comparisons, { ...page, from });
  if (output === undefined) process.stdout.write(text);
  else write(output, text);
  return comparisonExitCode(comparisons);
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
