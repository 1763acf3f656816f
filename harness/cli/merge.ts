// SPDX-License-Identifier: GPL-2.0-only
// hazmat merge: makes one run of several.

import path from 'node:path';
import { Command } from 'commander';
import { resultsRoot } from '../host/places.ts';
import { finalReport, shownFolder } from '../report/final-report.ts';
import { styleFor } from '../report/terminal.ts';
import { findRun } from '../results/find-run.ts';
import { mergeRuns } from '../run/merge.ts';
import { exitCodesHelp } from './help.ts';
import { nameOption } from './options.ts';

export function mergeCommand(): Command {
  return new Command('merge')
    .summary('Make one run of several.')
    .description('Make one run of the parts of a plan (--shard), or of runs that have no cell in common.')
    .argument('<run...>', 'runs: folders, names in results/, or latest')
    .addOption(nameOption())
    .addHelpText(
      'after',
      `
Runs that do not belong together are refused: another hazmat, QEMU or kernel,
parts of different plans, a missing part. The runs stay as they are.
${exitCodesHelp()}`,
    )
    .action(async (words: string[], { name = 'merged' }: { name?: string }) => {
      const folders = words.map((word) => findRun(word, resultsRoot()));
      const { folder, record } = await mergeRuns(folders, resultsRoot(), name);
      const page = {
        style: styleFor(process.stdout.isTTY, process.env),
        width: process.stdout.columns || Number(process.env.COLUMNS) || 100,
        folder: shownFolder(folder, process.cwd()),
      };
      process.stdout.write(`${finalReport({ ...record, name: path.basename(folder) }, page).join('\n')}\n`);
      process.exitCode = record.exitCode;
    });
}
