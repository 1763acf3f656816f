// SPDX-License-Identifier: GPL-2.0-only
// hazmat report: a run, a comparison or a month of nights as one HTML file.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { UsageError } from '../host/errors.ts';
import { resultsRoot } from '../host/places.ts';
import { formatSize } from '../host/size.ts';
import { cannotWrite } from '../host/write-error.ts';
import { findRun } from '../results/find-run.ts';
import { htmlReport } from '../run/html-report.ts';
import { positiveInteger } from './options.ts';

interface ReportFlags {
  output?: string;
  nights?: number;
  base?: string;
  kernel?: string;
}

export function reportCommand(): Command {
  return new Command('report')
    .summary('Write an HTML report of a run, a comparison, or nights.')
    .description(
      'Write an HTML report of a run, a comparison, or the last nights: one file, without links to the network.',
    )
    .argument('[run...]', 'a run, or two that are compared (default: latest)')
    .option('-o, --output <file>', 'the file; report.html in the folder of the run unless given')
    .option('--nights <n>', 'with the last n runs of the same kernels and scenarios', positiveInteger)
    .option('--base <kernel>', 'the kernel to compare with')
    .option('-k, --kernel <kernel>', 'the kernel that is compared with it')
    .addHelpText(
      'after',
      `
Examples:
  npx hazmat report                                   the newest run
  npx hazmat report latest -o nightly.html --nights 30  with its history
  npx hazmat report before latest                     two runs, side by side
  npx hazmat report latest --base 6.12 --kernel 7.2   two kernels of one run
A run that hazmat compare made is reported with its comparison.
A run is its folder, the NAME of TIME-NAME in results/, or latest.`,
    )
    .action(async (words: string[], flags: ReportFlags) => {
      await report(words, flags);
    });
}

async function report(words: readonly string[], flags: ReportFlags): Promise<void> {
  if (words.length > 2) throw new UsageError('name one run, or two that are compared');
  const { output, ...options } = flags;
  const folders = (words.length === 0 ? ['latest'] : words).map((word) => findRun(word, resultsRoot()));
  const file = output ?? path.join(folders.at(-1) ?? '.', 'report.html');
  const text = await htmlReport(folders, options);
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw cannotWrite(file, error);
  }
  process.stdout.write(`${path.relative(process.cwd(), file)}: ${formatSize(Buffer.byteLength(text))}\n`);
}
