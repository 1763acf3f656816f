// SPDX-License-Identifier: GPL-2.0-only
// hazmat coverage: what a run with --coverage executed of the kernel.

import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { UsageError } from '../host/errors.ts';
import { notice } from '../host/notices.ts';
import { resultsRoot } from '../host/places.ts';
import { cannotWrite } from '../host/write-error.ts';
import { kernelCoverageText, neverExecutedText } from '../report/kernel-coverage-text.ts';
import { lcov } from '../report/lcov.ts';
import { findRun } from '../results/find-run.ts';
import { readRun } from '../results/read-run.ts';
import { kernelCoverage } from '../run/coverage/kernel-coverage.ts';

interface CoverageFlags {
  kernel?: string;
  never?: string[];
  lcov?: string;
  json?: boolean;
}

export function coverageCommand(): Command {
  return new Command('coverage')
    .summary('Show what a run executed of the kernel.')
    .description('Show which functions of the kernel a run with --coverage executed, and when.')
    .argument('[run]', 'a run, as for hazmat report', 'latest')
    .argument('[file...]', 'sources; a folder ends in / (default: see below)')
    .option('-k, --kernel <kernel>', 'the kernel, if the run has several')
    .option('--never <file>', 'list the functions of a source that were never executed', collect)
    .option('--lcov <file>', 'write a tracefile for genhtml')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Without files those of kernels/coverage.yaml are shown.
steps, setup, boot: when a function was executed: in the steps of a scenario;
only while its stack was set up; only at boot. never: by no scenario.
no symbol: its code is in other functions, or it is not compiled.
docs/coverage.md says how this is known, and what it cannot say.`,
    )
    .action(async (run: string, files: string[], flags: CoverageFlags) => {
      await coverage(run, files, flags);
    });
}

async function coverage(run: string, files: string[], flags: CoverageFlags): Promise<void> {
  const { kernel, never, json } = flags;
  if (never !== undefined && files.length > 0) throw new UsageError('--never names its files itself');
  const record = readRun(findRun(run, resultsRoot()));
  const lines = flags.lcov !== undefined;
  const found = await kernelCoverage(record, { kernel, files: never ?? files, lines });
  for (const note of found.notes) notice('info', note);
  if (flags.lcov !== undefined) write(flags.lcov, lcov(found));
  if (json === true) process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
  else if (never !== undefined) process.stdout.write(neverExecutedText(found));
  else if (flags.lcov === undefined) process.stdout.write(kernelCoverageText(found));
}

function collect(word: string, before: string[] = []): string[] {
  return [...before, word];
}

/** Not atomically: the user's file may be a pipe or /dev/stdout. */
function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}
