// SPDX-License-Identifier: GPL-2.0-only
// Recall: of the fixes that upstream took, how many does the library notice when they are taken out again?

import type { MutantOutcome } from '../compare/kills.ts';
import { projectRoot } from '../host/places.ts';
import { readMutants } from '../kernel/series/mutant.ts';
import { parsePutBack, type PutBack } from '../kernel/series/put-back.ts';
import { choosePatches, judgeMutants, type MutantsSettings } from './mutants.ts';

/** Below the project's root, as kernels/mutants is: so a kernel has the same name on every machine. */
const historyFolder = 'kernels/history';

/** A fix and what the library made of a kernel without it; undefined for what was not run. */
export interface Recalled {
  fix: PutBack;
  outcome: MutantOutcome | undefined;
}

/**
 * Runs and judges kernels without the fixes, those of one base after each other; `judged` is called with all outcomes so far.
 * Fixes that no scenario can notice are run with `all` alone.
 * @throws Interrupted
 */
export async function judgeRecall(
  fixes: readonly PutBack[],
  flags: Omit<MutantsSettings, 'base'>,
  judged: (recalled: readonly Recalled[]) => void,
): Promise<Recalled[]> {
  const outcomes = new Map<string, MutantOutcome>();
  const recalled = (): Recalled[] => fixes.map((fix) => ({ fix, outcome: outcomes.get(fix.name) }));
  const chosen = fixes.filter(({ notNoticed }) => notNoticed === undefined || flags.all === true);
  for (const base of new Set(chosen.map((fix) => fix.base))) {
    const ofBase = chosen.filter((fix) => fix.base === base);
    await judgeMutants(ofBase, { ...flags, base }, (sofar) => {
      for (const outcome of sofar) outcomes.set(outcome.mutant, outcome);
      judged(recalled());
    });
  }
  return recalled();
}

/** The fixes that were asked for, each once. @throws UsageError for a word that is neither a file nor the start of a name. */
export function chooseFixes(words: readonly string[]): PutBack[] {
  return choosePatches(words, shippedFixes(), parsePutBack, { what: 'fix', command: 'recall' });
}

/** Every patch of kernels/history, in the order of their names. @throws UsageError naming file and line of what is wrong */
export function shippedFixes(): PutBack[] {
  return readMutants(historyFolder, projectRoot, parsePutBack);
}
