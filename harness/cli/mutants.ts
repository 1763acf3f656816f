// SPDX-License-Identifier: GPL-2.0-only
// hazmat mutants: do the scenarios notice kernels that were broken on purpose?

import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { mutantsExitCode, type MutantOutcome } from '../compare/kills.ts';
import { cannotWrite } from '../host/write-error.ts';
import { ExitCode } from '../host/errors.ts';
import { mutantsSummary, mutantsTable } from '../report/mutants-table.ts';
import { defaultKernel } from '../kernel/default-kernel.ts';
import { Interrupted, interruptedExitCode } from '../run/interrupt.ts';
import { chooseMutants, judgeMutants, type MutantsSettings } from '../run/mutants.ts';
import { exitCodesHelp } from './help.ts';
import { jobsOption } from './options.ts';

/** The kernel that the shipped mutants patch. */
const defaultBase = `source:${defaultKernel}`;

interface MutantsFlags extends MutantsSettings {
  output?: string;
  list?: boolean;
}

export function mutantsCommand(): Command {
  return new Command('mutants')
    .summary('Check that scenarios notice kernels broken on purpose.')
    .description('Break a kernel on purpose, one behavior at a time; see which scenarios fail.')
    .argument('[mutant...]', 'names, starts of names, or .patch files (default: all)')
    .option('--base <kernel>', 'the kernel that the mutants patch', defaultBase)
    .option('--all', 'run all scenarios on each mutant')
    .addOption(jobsOption())
    .option('-o, --output <file>', 'also write the table to a file, after each mutant')
    .option('--list', 'list the mutants and what should kill them')
    .addHelpText(
      'after',
      `
Mutants are patches in kernels/mutants. A patch names the scenarios that should
kill it (Killed-by: FOLDER/SCENARIO (STEP)). Those are run first; if none of
them fails, all others are run too. Each mutant is a run in results/. Of one
that survives it is said whether what it changes was executed at all.
${exitCodesHelp({
  0: 'all mutants were killed where their patches say',
  1: 'a mutant survived, or was killed elsewhere',
  2: 'usage error, or a mutant could not be built',
})}`,
    )
    .action(async (names: string[], flags: MutantsFlags) => {
      process.exitCode = await mutants(names, flags);
    });
}

async function mutants(names: readonly string[], flags: MutantsFlags): Promise<number> {
  const all = chooseMutants(names);
  if (flags.list === true) {
    for (const { name, subject, killedBy } of all) {
      const places =
        killedBy.map(({ scenario, step }) => `${scenario} (${step})`).join(', ') || 'its patch does not say';
      process.stdout.write(`${name}: ${subject}\n    ${places}\n`);
    }
    return ExitCode.ok;
  }
  try {
    const outcomes = await judgeMutants(all, flags, (sofar) => {
      if (flags.output !== undefined) write(flags.output, sofar);
    });
    process.stdout.write(`${mutantsTable(outcomes)}\n\n${mutantsSummary(outcomes)}\n`);
    return mutantsExitCode(outcomes);
  } catch (error) {
    if (error instanceof Interrupted) return interruptedExitCode;
    throw error;
  }
}

function write(file: string, outcomes: readonly MutantOutcome[]): void {
  try {
    writeFileSync(file, `${mutantsTable(outcomes)}\n\n${mutantsSummary(outcomes)}\n`);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}
