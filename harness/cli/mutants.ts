// SPDX-License-Identifier: GPL-2.0-only
// hazmat mutants: does the library notice kernels that were broken on purpose?

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { ExitCode, UsageError } from '../host/errors.ts';
import { projectRoot } from '../host/places.ts';
import { parseMutant, readMutants, type Mutant } from '../kernel/series/mutant.ts';
import { resolveKernel } from '../kernel/resolve.ts';
import type { Side } from '../compare/compare.ts';
import { judgeMutant, mutantsExitCode, type MutantOutcome } from '../compare/kills.ts';
import { readRun } from '../results/read-run.ts';
import { readSide } from '../results/read-stories.ts';
import { mutantsSummary, mutantsTable } from '../report/mutants-table.ts';
import { cannotWrite } from '../host/atomic-file.ts';
import { scenarioNames } from '../scenario/load.ts';
import { defaultJobs } from '../run/environment.ts';
import { interruptedExitCode } from '../run/interrupt.ts';
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

class Interrupted extends Error {}

async function mutants(names: readonly string[], flags: MutantsFlags): Promise<number> {
  const all = chosen(names);
  if (flags.list === true) {
    for (const { name, subject, killedBy } of all) {
      const places = killedBy.map(({ scenario, step }) => `${scenario} (${step})`).join(', ') || 'nobody says by what';
      process.stdout.write(`${name}: ${subject}\n    ${places}\n`);
    }
    return ExitCode.ok;
  }
  try {
    const outcomes = await judgeAll(all, flags);
    process.stdout.write(`${mutantsTable(outcomes)}\n\n${mutantsSummary(outcomes)}\n`);
    return mutantsExitCode(outcomes);
  } catch (error) {
    if (error instanceof Interrupted) return interruptedExitCode;
    throw error;
  }
}

async function judgeAll(all: readonly Mutant[], flags: MutantsFlags): Promise<MutantOutcome[]> {
  const base = new BaseRuns(flags);
  const first = all.flatMap((mutant) => firstScenarios(mutant, flags));
  await base.side([...new Set(first)]);
  const outcomes: MutantOutcome[] = [];
  let ahead: Promise<unknown> = Promise.resolve();
  for (const [index, mutant] of all.entries()) {
    await ahead;
    // The next one is built while this one is tested; what goes wrong with it is told in its own run.
    const next = all[index + 1];
    if (next !== undefined) ahead = resolveKernel(kernelOf(next, flags)).catch(() => undefined);
    const scenarios = firstScenarios(mutant, flags);
    let outcome = await judgeOn(mutant, scenarios, base, flags);
    const rest = scenarioNames().filter((name) => !scenarios.includes(name));
    // With a lab that failed, or no kernel at all, the rest would tell nothing.
    const isOpen = outcome.outcome === 'survived' || outcome.outcome === 'wrong reason';
    if (isOpen && rest.length > 0) outcome = await judgeOn(mutant, scenarioNames(), base, flags);
    outcomes.push(outcome);
    process.stderr.write(`\n${index + 1} of ${all.length}  ${mutant.name}: ${outcome.outcome}\n\n`);
    if (flags.output !== undefined) write(flags.output, outcomes);
  }
  return outcomes;
}

/** The scenarios that should kill a mutant; all when nobody says. */
function firstScenarios({ killedBy }: Mutant, { all }: MutantsFlags): string[] {
  if (all === true || killedBy.length === 0) return scenarioNames();
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

function kernelOf({ file }: Mutant, { base }: MutantsFlags): string {
  return `${base}+${file}`;
}

/** Progress goes to stderr: the table is what is asked for. Returns the run's folder. */
async function runOn(
  kernel: string,
  scenarios: readonly string[],
  name: string,
  { jobs }: MutantsFlags,
): Promise<string> {
  const cells = plan(scenarios, [kernel], { repeat: 1 });
  const { exitCode, folder } = await runPlanned(cells, [kernel], { repeat: 1, jobs, name }, process.stderr);
  if (exitCode === interruptedExitCode) throw new Interrupted();
  return folder;
}

/** The mutants that are asked for, each once. @throws UsageError for a word that is neither a file nor begins a name. */
function chosen(words: readonly string[]): Mutant[] {
  const shipped = readMutants(mutantsFolder, projectRoot);
  if (words.length === 0) return shipped;
  const mutants = words.flatMap((word) => {
    if (statSync(word, { throwIfNoEntry: false })?.isFile() === true)
      return [parseMutant(readFileSync(word, 'utf8'), word)];
    const named = shipped.filter(({ name }) => name.startsWith(word));
    if (named.length > 0) return named;
    throw new UsageError(`there is no mutant ${word}`, { hint: 'npx hazmat mutants --list shows them.' });
  });
  return [...new Map(mutants.map((mutant) => [mutant.file, mutant])).values()];
}

function write(file: string, outcomes: readonly MutantOutcome[]): void {
  try {
    writeFileSync(file, `${mutantsTable(outcomes)}\n\n${mutantsSummary(outcomes)}\n`);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}
