// SPDX-License-Identifier: GPL-2.0-only
// hazmat report: a run, a comparison or a month of nights as one HTML file; or the mail of the morning after a nightly run.

import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { UsageError } from '../host/errors.ts';
import { resultsRoot } from '../host/places.ts';
import { formatSize } from '../host/size.ts';
import { cannotWrite } from '../host/write-error.ts';
import { findRun, namedRun } from '../results/find-run.ts';
import { readRun } from '../results/read-run.ts';
import { cellToReport, reportOfBug, reportOfCell } from '../run/bug-report.ts';
import { htmlReport, htmlReportOfComparison } from '../run/html-report.ts';
import { positiveInteger } from './options.ts';
import { mailOf } from './report-mail.ts';

interface ReportFlags {
  output?: string;
  nights?: number;
  base?: string;
  kernel?: string;
  mail?: boolean;
  bug?: string;
}

export function reportCommand(): Command {
  return new Command('report')
    .summary('Write an HTML report of a run, a comparison, or nights.')
    .description(
      'Write an HTML report of a run, a comparison, or the last nights: one file, without links to the network.',
    )
    .argument('[what...]', 'a run, two runs, or compare’s JSON (default: latest)')
    .option('-o, --output <file>', 'the file (default: report.html in the run’s folder)')
    .option('--nights <n>', 'with the last n runs of the same kernels and scenarios', positiveInteger)
    .option('--base <kernel>', 'the kernel to compare with')
    .option('-k, --kernel <kernel>', 'the kernel that is compared with it')
    .option('--mail', 'as text: what changed since the last night')
    .option('--bug <what>', 'as text: a bug report, of KBn, a scenario or a cell')
    .addHelpText(
      'after',
      `
Examples:
  npx hazmat report                                   the newest run
  npx hazmat report latest -o nightly.html --nights 30  with its history
  npx hazmat report before latest                     two runs, side by side
  npx hazmat report latest --base 6.12 --kernel 7.2   two kernels of one run
  npx hazmat report series.json                       what compare --json wrote
  npx hazmat report --mail | mail -s hazmat list      the morning mail
  npx hazmat report --bug KB4                         a mail to a kernel list
  npx hazmat report --bug remove/ext4 latest          the same of what a run saw
A run that hazmat compare made is reported with its comparison.
A run is its folder, the NAME of TIME-NAME in results/, or latest.`,
    )
    .action(async (words: string[], flags: ReportFlags) => {
      await report(words, flags);
    });
}

async function report(words: readonly string[], flags: ReportFlags): Promise<void> {
  if (words.length > 2) throw new UsageError('name one run, or two that are compared');
  const { output, mail = false, bug, ...options } = flags;
  if (bug !== undefined) {
    if (words.length > 1 || mail || Object.keys(options).length > 0)
      throw new UsageError('--bug takes one run, and -o');
    const text = bugText(bug, words[0]);
    if (output === undefined) process.stdout.write(text);
    else write(output, text);
    return;
  }
  if (mail) {
    const [run = 'latest', ...others] = words;
    if (others.length > 0 || Object.keys(options).length > 0) throw new UsageError('--mail takes one run, and -o');
    const text = await mailOf(run);
    if (output === undefined) process.stdout.write(text);
    else write(output, text);
    return;
  }
  const [first = 'latest'] = words;
  if (first.endsWith('.json')) {
    if (words.length > 1) throw new UsageError('a comparison is reported alone');
    if (!existsSync(first)) throw new UsageError(`there is no file ${first}`);
    write(output ?? first.replace(/\.json$/, '.html'), await htmlReportOfComparison(first, options));
    return;
  }
  const folders = (words.length === 0 ? [first] : words).map((word) => findRun(word, resultsRoot()));
  write(output ?? path.join(folders.at(-1) ?? '.', 'report.html'), await htmlReport(folders, options));
}

/** A bug by its name needs no run; with one, or with a newest one that shows it, it has the evidence. */
function bugText(what: string, word: string | undefined): string {
  if (!/^KB\d+$/.test(what)) {
    const record = readRun(findRun(word ?? 'latest', resultsRoot()));
    return reportOfCell(record, cellToReport(record, what));
  }
  const folder = word === undefined ? namedRun('latest', resultsRoot()) : findRun(word, resultsRoot());
  return reportOfBug(what, folder === undefined ? undefined : readRun(folder));
}

/** Not atomically: the user's file may be a pipe or /dev/stdout. */
function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw cannotWrite(file, error);
  }
  process.stderr.write(`${path.relative(process.cwd(), file)}: ${formatSize(Buffer.byteLength(text))}\n`);
}
