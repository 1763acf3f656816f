// SPDX-License-Identifier: GPL-2.0-only
// Mutants: kernels that are broken on purpose, each run on the scenarios that should kill it.

import { readFileSync, statSync } from 'node:fs';
import { judgeMutant, type MutantOutcome } from '../compare/kills.ts';
import type { Side } from '../compare/side.ts';
import { UsageError } from '../host/errors.ts';
import { projectRoot } from '../host/places.ts';
import { parseMutant, readMutants, type Mutant } from '../kernel/series/mutant.ts';
import { resolveKernel } from '../kernel/resolve.ts';
import { readRun } from '../results/read-run.ts';
import { readSide } from '../compare/read-side.ts';
import { scenarioNames } from '../scenario/load.ts';
import { Interrupted, interruptedExitCode } from './interrupt.ts';
import { ranByMap } from './touching/ran-by-map.ts';
import { plan, runPlanned } from './whole-run.ts';

/** Below the project's root, where series are looked for as well: so a kernel has the same name on every machine. */
const mutantsFolder = 'kernels/mutants';

export interface MutantsSettings {
  /** The kernel that the mutants are patches to. */
  base: string;
  /** Run the whole library on each mutant, not only until something killed it. */
  all?: boolean;
  /** Guests at a time. */
  jobs: number;
}

/** Runs and judges mutants, one after the other; `judged` is called with all outcomes so far. @throws Interrupted */
export async function judgeMutants(
  all: readonly Mutant[],
  flags: MutantsSettings,
  judged: (outcomes: readonly MutantOutcome[]) => void,
): Promise<MutantOutcome[]> {
  const base = new BaseRuns(flags);
  const first = all.flatMap((mutant) => firstScenarios(mutant, flags));
  await base.side([...new Set(first)]);
  const outcomes: MutantOutcome[] = [];
  let ahead: Promise<unknown> = Promise.resolve();
  for (const [index, mutant] of all.entries()) {
    await ahead;
    // The next one is built while this one is tested; its own run reports what goes wrong with it.
    const next = all[index + 1];
    if (next !== undefined) ahead = resolveKernel(kernelOf(next, flags)).catch(() => undefined);
    const scenarios = firstScenarios(mutant, flags);
    let outcome = await judgeOn(mutant, scenarios, base, flags);
    const rest = scenarioNames().filter((name) => !scenarios.includes(name));
    // After an infrastructure error, or without a kernel, running the rest would show nothing.
    const isOpen = outcome.outcome === 'survived' || outcome.outcome === 'wrong reason';
    if (isOpen && rest.length > 0) outcome = await judgeOn(mutant, scenarioNames(), base, flags);
    outcomes.push(outcome);
    process.stderr.write(`\n${index + 1} of ${all.length}  ${mutant.name}: ${outcome.outcome}\n\n`);
    judged(outcomes);
  }
  return outcomes;
}

/** The scenarios that should kill a mutant; all when its patch does not say. */
function firstScenarios({ killedBy }: Mutant, { all }: MutantsSettings): string[] {
  if (all === true || killedBy.length === 0) return scenarioNames();
  return [...new Set(killedBy.map(({ scenario }) => scenario))];
}

async function judgeOn(
  mutant: Mutant,
  scenarios: readonly string[],
  base: BaseRuns,
  flags: MutantsSettings,
): Promise<MutantOutcome> {
  const kernel = kernelOf(mutant, flags);
  const folder = await runOn(kernel, scenarios, `mutant-${mutant.name}`, flags);
  const mutated = readSide(readRun(folder), kernel);
  const judged = judgeMutant(mutant.name, mutant.killedBy, await base.side(scenarios), mutated);
  if (judged.outcome !== 'survived' || judged.ran !== undefined) return judged;
  return { ...judged, ran: await ranByMap(kernel, mutated.version, scenarios) };
}

/** The base's cells, each scenario run when it is first asked for. */
class BaseRuns {
  readonly #flags: MutantsSettings;
  #known: Side | undefined;
  readonly #ran = new Set<string>();

  constructor(flags: MutantsSettings) {
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
    if (this.#known === undefined) throw new Error('called without a scenario');
    const wanted = new Set(scenarios);
    return {
      ...this.#known,
      cells: this.#known.cells.filter(({ scenario }) => wanted.has(scenario)),
      unfinished: this.#known.unfinished.filter((scenario) => wanted.has(scenario)),
    };
  }
}

function kernelOf({ file }: Mutant, { base }: MutantsSettings): string {
  return `${base}+${file}`;
}

/** The table goes to stdout, so progress goes to stderr. Returns the run's folder. */
async function runOn(
  kernel: string,
  scenarios: readonly string[],
  name: string,
  { jobs }: MutantsSettings,
): Promise<string> {
  const cells = plan(scenarios, [kernel], { repeat: 1 });
  const { exitCode, folder } = await runPlanned(cells, [kernel], { repeat: 1, jobs, name }, process.stderr);
  if (exitCode === interruptedExitCode) throw new Interrupted();
  return folder;
}

/** The mutants that were asked for, each once. @throws UsageError for a word that is neither a file nor the start of a name. */
export function chooseMutants(words: readonly string[]): Mutant[] {
  const shipped = readMutants(mutantsFolder, projectRoot);
  return choosePatches(words, shipped, parseMutant, { what: 'mutant', command: 'mutants' });
}

/**
 * The patches that words mean, each once: a file, or those of `shipped` whose names begin so; all of these without words.
 * @throws UsageError for any other word
 */
export function choosePatches<T extends Mutant>(
  words: readonly string[],
  shipped: T[],
  parse: (text: string, file: string) => T,
  { what, command }: { what: string; command: string },
): T[] {
  if (words.length === 0) return shipped;
  const patches = words.flatMap((word) => {
    if (statSync(word, { throwIfNoEntry: false })?.isFile() === true) return [parse(readFileSync(word, 'utf8'), word)];
    const named = shipped.filter(({ name }) => name.startsWith(word));
    if (named.length > 0) return named;
    throw new UsageError(`there is no ${what} ${word}`, { hint: `npx hazmat ${command} --list lists them.` });
  });
  return [...new Map(patches.map((patch) => [patch.file, patch])).values()];
}
