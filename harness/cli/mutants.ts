// SPDX-License-Identifier: GPL-2.0-only
// hazmat mutants: does the library notice kernels that were broken on purpose?

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { ExitCode, UsageError } from '../host/errors.ts';
import { projectRoot } from '../host/places.ts';
import { readMutants, type Mutant } from '../kernel/mutant.ts';
import { resolveKernel } from '../kernel/resolve.ts';
import type { Side } from '../results/compare.ts';
import { judgeMutant, type MutantOutcome } from '../results/kills.ts';
import { readRun } from '../results/read-run.ts';
import { readSide } from '../results/read-stories.ts';
import { mutantsSummary, mutantsTable } from '../results/reporters/mutants-table.ts';
import { cannotWrite } from '../results/whole-file.ts';
import { scenarioNames } from '../scenario/load.ts';
import { defaultJobs } from '../scenario/run.ts';
import { interruptedExitCode } from './interrupt.ts';
import { positiveInteger } from './options.ts';
import { plan, runPlanned } from './run.ts';

/** Below the project's root, where series are looked for as well: so a kernel has the same name on every machine. */
const mutantsFolder = 'kernels/mutants';
/** What the mutants are patches to. */
const defaultBase = 'source:6.12';

interface MutantsFlags {
  base: string;
  all?: boolean;
  jobs: number;
  output?: string;
  list?: boolean;
}

export function mutantsCommand(): Command {
  return new Command('mutants')
    .description('Break a kernel on purpose, one behaviour at a time, and see which scenarios notice.')
    .argument('[mutant...]', 'names in kernels/mutants, or beginnings of names; all if none is said')
    .option('--base <kernel>', 'the kernel that the mutants are patches to', defaultBase)
    .option('--all', 'run the whole library on each mutant, not only until something killed it')
    .option('-j, --jobs <n>', 'guests at a time', positiveInteger, defaultJobs())
    .option('-o, --output <file>', 'write the table to a file as well, after each mutant')
    .option('--list', 'show the mutants and what should kill them')
    .addHelpText(
      'after',
      `
The scenarios that should kill a mutant are run first. When none of them does, the whole library is.
Each is a run in results/. Kernels that were built once are taken from the store.
Exit codes: 0 all killed where they should be, 1 a mutant survived or was killed for a wrong reason,
2 wrong usage, 3 the lab failed.`,
    )
    .action(async (names: string[], flags: MutantsFlags) => {
      process.exitCode = await mutants(names, flags);
    });
}

class Interrupted extends Error {}

async function mutants(names: readonly string[], flags: MutantsFlags): Promise<number> {
  const all = chosen(readMutants(path.join(projectRoot, mutantsFolder)), names);
  if (flags.list === true) {
    for (const { name, subject, killedBy } of all) {
      const places = killedBy.map(({ scenario, step }) => `${scenario} (${step})`).join(', ');
      process.stdout.write(`${name}: ${subject}\n    ${places}\n`);
    }
    return ExitCode.ok;
  }
  try {
    const outcomes = await judgeAll(all, flags);
    process.stdout.write(`${mutantsTable(outcomes)}\n\n${mutantsSummary(outcomes)}\n`);
    if (outcomes.some(({ outcome }) => outcome === 'survived' || outcome === 'wrong reason')) return ExitCode.deviation;
    return outcomes.some(({ outcome }) => outcome === 'lost') ? ExitCode.lab : ExitCode.ok;
  } catch (error) {
    if (error instanceof Interrupted) return interruptedExitCode;
    throw error;
  }
}

async function judgeAll(all: readonly Mutant[], flags: MutantsFlags): Promise<MutantOutcome[]> {
  const base = new BaseRuns(flags);
  const first = flags.all === true ? scenarioNames() : all.flatMap(declared);
  await base.side([...new Set(first)]);
  const outcomes: MutantOutcome[] = [];
  let ahead: Promise<unknown> = Promise.resolve();
  for (const [index, mutant] of all.entries()) {
    await ahead;
    // The next one is built while this one is tested; what goes wrong with it is told in its own run.
    const next = all[index + 1];
    if (next !== undefined) ahead = resolveKernel(kernelOf(next, flags)).catch(() => undefined);
    let outcome = await judgeOn(mutant, flags.all === true ? scenarioNames() : declared(mutant), base, flags);
    if (outcome.outcome !== 'killed' && flags.all !== true)
      outcome = await judgeOn(mutant, scenarioNames(), base, flags);
    outcomes.push(outcome);
    process.stderr.write(`\n${index + 1} of ${all.length}  ${mutant.name}: ${outcome.outcome}\n\n`);
    if (flags.output !== undefined) write(flags.output, outcomes);
  }
  return outcomes;
}

/** The scenarios that should kill a mutant. */
function declared({ killedBy }: Mutant): string[] {
  return [...new Set(killedBy.map(({ scenario }) => scenario))];
}

async function judgeOn(
  mutant: Mutant,
  scenarios: readonly string[],
  base: BaseRuns,
  flags: MutantsFlags,
): Promise<MutantOutcome> {
  const kernel = kernelOf(mutant, flags);
  const folder = await runOn(kernel, scenarios, `mutant-${mutant.name}`, flags);
  const mutated = readSide(readRun(folder), kernel);
  return judgeMutant(mutant.name, mutant.killedBy, await base.side(scenarios), mutated);
}

/** The base's cells, each scenario run when it is first asked for. */
class BaseRuns {
  readonly #flags: MutantsFlags;
  #known: Side | undefined;
  readonly #ran = new Set<string>();

  constructor(flags: MutantsFlags) {
    this.#flags = flags;
  }

  async side(scenarios: readonly string[]): Promise<Side> {
    const { base } = this.#flags;
    const missing = scenarios.filter((name) => !this.#ran.has(name));
    if (missing.length > 0) {
      const side = readSide(readRun(await runOn(base, missing, 'mutants-base', this.#flags)), base);
      for (const name of missing) this.#ran.add(name);
      this.#known = {
        ...side,
        cells: [...(this.#known?.cells ?? []), ...side.cells],
        unfinished: [...(this.#known?.unfinished ?? []), ...side.unfinished],
      };
    }
    if (this.#known === undefined) throw new Error('no scenario was asked for');
    const wanted = new Set(scenarios);
    return {
      ...this.#known,
      cells: this.#known.cells.filter(({ scenario }) => wanted.has(scenario)),
      unfinished: this.#known.unfinished.filter((scenario) => wanted.has(scenario)),
    };
  }
}

function kernelOf({ name }: Mutant, { base }: MutantsFlags): string {
  return `${base}+${path.join(mutantsFolder, `${name}.patch`)}`;
}

/** Progress goes to stderr: the table is what is asked for. Returns the run's folder. */
async function runOn(
  kernel: string,
  scenarios: readonly string[],
  name: string,
  { jobs }: MutantsFlags,
): Promise<string> {
  const cells = plan(scenarios, [kernel], 1);
  const { exitCode, folder } = await runPlanned(cells, [kernel], { repeat: 1, jobs, name }, process.stderr);
  if (exitCode === interruptedExitCode) throw new Interrupted();
  return folder;
}

/** @throws UsageError for a name that no mutant begins with. */
function chosen(all: readonly Mutant[], names: readonly string[]): Mutant[] {
  for (const name of names) {
    if (!all.some((mutant) => mutant.name.startsWith(name))) {
      throw new UsageError(`there is no mutant ${name}`, { hint: 'npx hazmat mutants --list shows them.' });
    }
  }
  return names.length === 0 ? [...all] : all.filter((mutant) => names.some((name) => mutant.name.startsWith(name)));
}

function write(file: string, outcomes: readonly MutantOutcome[]): void {
  try {
    writeFileSync(file, `${mutantsTable(outcomes)}\n\n${mutantsSummary(outcomes)}\n`);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}
