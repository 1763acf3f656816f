// SPDX-License-Identifier: GPL-2.0-only
// hazmat recall: do the scenarios notice it when a fix that upstream took is taken out?

import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { mutantsExitCode } from '../compare/kills.ts';
import { ExitCode } from '../host/errors.ts';
import { cannotWrite } from '../host/write-error.ts';
import { recallByArea, recallTable } from '../report/recall-table.ts';
import { Interrupted, interruptedExitCode } from '../run/interrupt.ts';
import { chooseFixes, judgeRecall, type Recalled } from '../run/recall.ts';
import { exitCodesHelp } from './help.ts';
import { jobsOption } from './options.ts';

interface RecallFlags {
  all?: boolean;
  jobs: number;
  output?: string;
  list?: boolean;
}

export function recallCommand(): Command {
  return new Command('recall')
    .summary('Check that scenarios notice missing upstream fixes.')
    .description('Take fixes out that upstream took, one at a time; see which scenarios fail.')
    .argument('[fix...]', 'names, starts of names, or .patch files (default: all)')
    .option('--all', 'run all scenarios on each, known to notice or not')
    .addOption(jobsOption())
    .option('-o, --output <file>', 'also write the tables to a file, after each fix')
    .option('--list', 'show the tables as the patches say, and run nothing')
    .addHelpText(
      'after',
      `
The patches are in kernels/history. Each names the fix that it takes out (Fix:),
the kernel that it is for (Base:, default 6.12), and the scenarios that notice
(Killed-by: FOLDER/SCENARIO (STEP)) or why none can (Not-noticed:). The last
table has the recall: the share of the fixes that the scenarios notice, before
those that were written for a fix (New-scenario:), and now.
${exitCodesHelp({
  0: 'all fixes were noticed where their patches say',
  1: 'a fix was not noticed, or elsewhere',
  2: 'usage error, or a patch could not be built',
})}`,
    )
    .action(async (names: string[], flags: RecallFlags) => {
      process.exitCode = await recall(names, flags);
    });
}

async function recall(names: readonly string[], flags: RecallFlags): Promise<number> {
  const fixes = chooseFixes(names);
  if (flags.list === true) {
    process.stdout.write(tables(fixes.map((fix) => ({ fix, outcome: undefined }))));
    return ExitCode.ok;
  }
  try {
    const recalled = await judgeRecall(fixes, flags, (sofar) => {
      if (flags.output !== undefined) write(flags.output, sofar);
    });
    process.stdout.write(tables(recalled));
    // That nothing notices some is what their patches say.
    const judged = recalled.filter(
      ({ fix, outcome }) => fix.notNoticed === undefined || outcome?.outcome !== 'survived',
    );
    return mutantsExitCode(judged.flatMap(({ outcome }) => outcome ?? []));
  } catch (error) {
    if (error instanceof Interrupted) return interruptedExitCode;
    throw error;
  }
}

function tables(recalled: readonly Recalled[]): string {
  return `${recallTable(recalled)}\n\n${recallByArea(recalled)}\n`;
}

function write(file: string, recalled: readonly Recalled[]): void {
  try {
    writeFileSync(file, tables(recalled));
  } catch (error) {
    throw cannotWrite(file, error);
  }
}
