// SPDX-License-Identifier: GPL-2.0-only
// hazmat mutants: does the library notice kernels that were broken on purpose?

import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { mutantsExitCode, type MutantOutcome } from '../compare/kills.ts';
import { cannotWrite } from '../host/write-error.ts';
import { ExitCode } from '../host/errors.ts';
import { mutantsSummary, mutantsTable } from '../report/mutants-table.ts';
import { defaultKernel } from '../kernel/default-kernel.ts';
import { Interrupted, interruptedExitCode } from '../run/interrupt.ts';
import { chooseMutants, judgeMutants, type MutantsSettings } from '../run/mutants.ts';
import { defaultJobs } from '../run/scheduler.ts';
import { positiveInteger } from './options.ts';

/** What the mutants are patches to. */
const defaultBase = `source:${defaultKernel}`;

interface MutantsFlags extends MutantsSettings {
  output?: string;
  list?: boolean;
}

export function mutantsCommand(): Command {
  return new Command('mutants')
    .description('Break a kernel on purpose, one behavior at a time, and see which scenarios notice.')
    .argument(
      '[mutant...]',
      'names in kernels/mutants or beginnings of names, or patches of your own; all that ship if none is said',
    )
    .option('--base <kernel>', 'the kernel that the mutants are patches to', defaultBase)
    .option('--all', 'run the whole library on each mutant, not only until something killed it')
    .option('-j, --jobs <n>', 'guests at a time', positiveInteger, defaultJobs())
    .option('-o, --output <file>', 'write the table to a file as well, after each mutant')
    .option('--list', 'show the mutants and what should kill them')
    .addHelpText(
      'after',
      `
The scenarios that should kill a mutant (Killed-by: FOLDER/SCENARIO (STEP) in its message) are run first. When none of
them does, or the patch does not say, the whole library is.
Each is a run in results/. Kernels that were built once are taken from the cache.
Exit codes: 0 all killed where they should be, 1 a mutant survived or was killed for a wrong reason,
2 wrong usage or a mutant that cannot be built, 3 the lab failed.`,
    )
    .action(async (names: string[], flags: MutantsFlags) => {
      process.exitCode = await mutants(names, flags);
    });
}

async function mutants(names: readonly string[], flags: MutantsFlags): Promise<number> {
  const all = chooseMutants(names);
  if (flags.list === true) {
    for (const { name, subject, killedBy } of all) {
      const places = killedBy.map(({ scenario, step }) => `${scenario} (${step})`).join(', ') || 'nobody says by what';
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
