// SPDX-License-Identifier: GPL-2.0-only
// hazmat history: what all past runs say of a scenario.

import { Command } from 'commander';
import { notice } from '../host/notices.ts';
import { resultsRoot } from '../host/places.ts';
import { trailsOf } from '../history/trails.ts';
import { rebuildHistory, updateHistory } from '../history/update.ts';
import { historyText } from '../report/history-text.ts';

interface HistoryFlags {
  kernel?: string;
  all?: boolean;
  json?: boolean;
  rebuild?: boolean;
}

export function historyCommand(): Command {
  return new Command('history')
    .summary('Show what past runs say of each scenario.')
    .description('Show what past runs say of each scenario: failing since when, how often, flaky or stable.')
    .argument('[scenario...]', 'names or folders (default: all)')
    .option('-k, --kernel <kernel>', 'only this kernel: a line such as 6.12, or its name as asked for')
    .option('--all', 'show scenarios that pass too, and every kind of failure')
    .option('--json', 'print JSON')
    .option('--rebuild', 'make the history again from the runs in results/')
    .addHelpText(
      'after',
      `
A scenario is stable after more than 15 passes in a row; flaky when it passed
and failed on the same inputs. The rate is that of the newest version of the
kernel. Runs that were removed stay in the history.`,
    )
    .action(async (words: string[], flags: HistoryFlags) => {
      await history(words, flags);
    });
}

async function history(words: readonly string[], flags: HistoryFlags): Promise<void> {
  const root = resultsRoot();
  const { entries, unreadable, leftOut } = await (flags.rebuild === true ? rebuildHistory(root) : updateHistory(root));
  for (const { run, why } of unreadable) notice('warning', `${run} is not in the history: ${why}`);
  if (leftOut > 0) notice('warning', `${leftOut} lines of the history are cut off or of another version`);
  const trails = trailsOf(entries).filter(
    ({ scenario, track }) =>
      (words.length === 0 ||
        words.some((word) => scenario === word || scenario.startsWith(`${word.replace(/\/$/, '')}/`))) &&
      (flags.kernel === undefined || track === flags.kernel || track === flags.kernel.replace(/^debian:/, '')),
  );
  if (flags.json === true) process.stdout.write(`${JSON.stringify(trails, undefined, 2)}\n`);
  else {
    const width = process.stdout.columns || Number(process.env.COLUMNS) || 100;
    const all = flags.all === true || words.length > 0;
    process.stdout.write(historyText(trails, { width: process.stdout.isTTY ? width : Infinity, all }));
  }
}
