// SPDX-License-Identifier: GPL-2.0-only
// hazmat compare: what changed from one kernel to another, from two runs, one run, or a run made now.

import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { comparisonExitCode } from '../compare/compare.ts';
import type { Comparison, PatchStory } from '../compare/comparison.ts';
import { cannotWrite } from '../host/write-error.ts';
import { ExitCode, UsageError } from '../host/errors.ts';
import { resultsRoot } from '../host/places.ts';
import { comparisonJson } from '../report/comparison-json.ts';
import { comparisonMail } from '../report/comparison-mail.ts';
import { comparisonText } from '../report/comparison-text.ts';
import { eachText } from '../report/each-text.ts';
import { plainStyle } from '../report/style.ts';
import { styleFor } from '../report/terminal.ts';
import { findRun, namedRun, runByName } from '../results/find-run.ts';
import { baseOfSeries } from '../kernel/series/base-of-series.ts';
import { withSeries } from '../kernel/spec.ts';
import { comparisonsOf, compareKernels, compareSeries, type MadeComparison } from '../run/compare.ts';
import { interruptedExitCode } from '../run/interrupt.ts';
import type { RunSettings } from '../run/whole-run.ts';
import { scenarioNames } from '../scenario/load.ts';
import { configHelp, exitCodesHelp, kernelHelp } from './help.ts';
import {
  appendOption,
  assumeOption,
  collectKernels,
  configFromOption,
  configOption,
  freshOption,
  jobsOption,
  nameOption,
  qemuOption,
  repeatOption,
} from './options.ts';

interface CompareFlags extends RunSettings {
  base?: string;
  kernel?: string;
  series?: string;
  on?: string[];
  each?: boolean;
  touching?: boolean;
  json?: boolean;
  mail?: boolean;
  testedBy?: string;
  output?: string;
}

export function compareCommand(): Command {
  return new Command('compare')
    .summary('Show what changed between two kernels.')
    .description('Show what changed between two kernels: regressed, fixed, unchanged, ...')
    .argument('[what...]', 'two runs, or one, or scenarios to run now')
    .option('--base <kernel>', 'the kernel to compare with', oneKernel)
    .option('-k, --kernel <kernel>', 'the kernel that is tested', oneKernel)
    .option('-s, --series <series>', 'patches to put on the base; the result is tested')
    .option('--on <series>', 'patches that the series needs on the base', collect)
    .option('--each', 'with --series: build and test after every patch')
    .option('--touching', 'with --series: only scenarios that it can affect')
    .option('--json', 'print JSON')
    .option('--mail', 'print plain text for a cover letter (72 columns)')
    .option('--tested-by <who>', 'with --mail: add Tested-by: if nothing regressed')
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .optionsGroup('Options for runs that are made now:')
    .addOption(configOption())
    .addOption(configFromOption())
    .addOption(repeatOption())
    .addOption(jobsOption())
    .addOption(nameOption())
    .addOption(freshOption())
    .addOption(appendOption())
    .addOption(qemuOption())
    .addOption(assumeOption())
    .addHelpText(
      'after',
      `
Examples:
  npx hazmat compare before latest                     two runs
  npx hazmat compare latest --base 6.12 --kernel 7.2   two kernels of one run
  npx hazmat compare --base 6.12 --kernel 7.2 remove   run on both, then compare
  npx hazmat compare --base 7.2 --series my.mbox       what a series changes
  npx hazmat compare --series git:linux@v7.2..mine --each
  npx hazmat compare --series b4:prep                  the branch of b4 prep
The base of git:PATH@A..B is A, that of b4:prep is the base of the branch.
A run is its folder, the NAME of TIME-NAME in results/, or latest.
Times are compared from 5 repetitions on.
${kernelHelp}${configHelp}
${exitCodesHelp({ 0: 'nothing regressed', 1: 'something regressed' })}`,
    )
    .action(async (words: string[], flags: CompareFlags) => {
      process.exitCode = await compare(words, flags);
    });
}

async function compare(words: string[], flags: CompareFlags): Promise<number> {
  if (flags.testedBy !== undefined && flags.mail !== true) throw new UsageError('--tested-by needs --mail');
  if (flags.json === true && flags.mail === true) throw new UsageError('--json and --mail exclude each other');
  const [first, second, ...more] = words;
  const { base } = flags;
  if (flags.series !== undefined) {
    if (flags.kernel !== undefined) throw new UsageError('--kernel and --series exclude each other');
    const from = base ?? (await baseOfSeries(flags.series));
    if (from === undefined) {
      throw new UsageError('--series needs a base', { hint: 'Use --base KERNEL, such as --base 7.2.' });
    }
    const on = (flags.on ?? []).reduce(withSeries, from);
    return reportMade(await compareSeries(words, on, flags.series, flags), flags);
  }
  const alone = flags.each === true ? '--each' : flags.touching === true ? '--touching' : undefined;
  if (alone !== undefined || flags.on !== undefined) throw new UsageError(`${alone ?? '--on'} needs --series`);
  const { kernel } = flags;
  const bothKernels = base !== undefined && kernel !== undefined;
  if (bothKernels && !meansRun(first)) return reportMade(await compareKernels(words, base, kernel, flags), flags);
  if (first === undefined || more.length > 0) {
    throw new UsageError('name what to compare', {
      hint: 'Name two runs; or one run with --base KERNEL and --kernel KERNEL; or only the two kernels, to run them now.',
    });
  }
  const folders = { base: findRun(first, resultsRoot()), tested: findRun(second ?? first, resultsRoot()) };
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
  if (comparisons.length === 0 && flags.touching === true) {
    process.stderr.write('hazmat: nothing to compare: no scenario executes what the series changes\n');
    return ExitCode.ok;
  }
  const exitCode = report(comparisons, flags, stories);
  return interrupted ? interruptedExitCode : exitCode;
}

function report(comparisons: Comparison[], flags: CompareFlags, stories?: PatchStory[]): number {
  const { json, mail, output, testedBy } = flags;
  const exitCode = comparisonExitCode(comparisons, stories);
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
      : (mail === true
          ? comparisonMail(comparisons, exitCode === ExitCode.ok ? testedBy : undefined)
          : comparisonText(comparisons, { ...page, from })) +
        (stories === undefined ? '' : `\n${eachText(stories, mail === true ? 72 : undefined)}`);
  if (output === undefined) process.stdout.write(text);
  else write(output, text);
  if (testedBy !== undefined && exitCode !== ExitCode.ok)
    process.stderr.write('hazmat: no Tested-by: not everything that was to be tested is fine\n');
  return exitCode;
}

function columns(): number {
  return process.stdout.columns || Number(process.env.COLUMNS) || 100;
}

/** Not atomically: the user's file may be a pipe or /dev/stdout. */
function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

function collect(word: string, before: string[] = []): string[] {
  return [...before, word];
}

function oneKernel(text: string): string {
  const [kernel, ...more] = collectKernels(text);
  if (kernel === undefined || more.length > 0) throw new InvalidArgumentError('It must be one kernel.');
  return kernel;
}
