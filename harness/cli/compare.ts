// SPDX-License-Identifier: GPL-2.0-only
// hazmat compare: what one kernel does otherwise than another, from two runs, one run, or a run made now.

import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { comparisonExitCode, type Comparison } from '../compare/compare.ts';
import type { PatchStory } from '../compare/each.ts';
import { cannotWrite } from '../host/write-error.ts';
import { UsageError } from '../host/errors.ts';
import { resultsRoot } from '../host/places.ts';
import { comparisonJson } from '../report/comparison-json.ts';
import { comparisonMail } from '../report/comparison-mail.ts';
import { comparisonText } from '../report/comparison-text.ts';
import { eachText } from '../report/each-text.ts';
import { plainStyle } from '../report/style.ts';
import { styleFor } from '../report/terminal.ts';
import { findRun, namedRun, runByName } from '../results/find-run.ts';
import { comparisonsOf, compareKernels, compareSeries, type MadeComparison } from '../run/compare.ts';
import { interruptedExitCode } from '../run/interrupt.ts';
import { defaultJobs } from '../run/scheduler.ts';
import type { RunSettings } from '../run/whole-run.ts';
import { scenarioNames } from '../scenario/load.ts';
import { collectKernels, configFromOption, configOption, positiveInteger } from './options.ts';

interface CompareFlags extends RunSettings {
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
  if (flags.series !== undefined) {
    if (base === undefined) {
      throw new UsageError('what is the series to be put on?', { hint: 'Say --base, such as --base 7.2.' });
    }
    if (flags.kernel !== undefined) throw new UsageError('--kernel and --series: one of them');
    return reportMade(await compareSeries(words, base, flags.series, flags), flags);
  }
  if (flags.each === true) throw new UsageError('--each goes with --series: patch by patch');
  const { kernel } = flags;
  const bothKernels = base !== undefined && kernel !== undefined;
  if (bothKernels && !meansRun(first)) return reportMade(await compareKernels(words, base, kernel, flags), flags);
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

function reportMade({ comparisons, stories, interrupted }: MadeComparison, flags: CompareFlags): number {
  const exitCode = report(comparisons, flags, stories);
  return interrupted ? interruptedExitCode : exitCode;
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
