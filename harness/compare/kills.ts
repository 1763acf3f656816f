// SPDX-License-Identifier: GPL-2.0-only
// Which scenarios killed a mutant (a kernel that was broken on purpose), and whether for the right reason. Pure.

import { ExitCode } from '../host/errors.ts';
import { compareSides } from './compare.ts';
import { ranByLines, type Ran } from './ran.ts';
import type { Side } from './side.ts';

/** Where a mutant is expected to show first. */
export interface ExpectedKill {
  scenario: string;
  /** Key of a step, or `crash` or `hang` when that is the behavior itself. */
  step: string;
}

/** A scenario that regressed on the mutant. */
interface SeenKill extends ExpectedKill {
  verdict: string;
  /** What was seen, in one sentence. */
  why: string;
  /** The mutant was written to be killed here, or its patch does not say where. */
  right: boolean;
  /** Path of the cell's folder. */
  folder: string;
}

export const outcomes = ['killed', 'wrong reason', 'survived', 'unbuilt', 'error'] as const;

export interface MutantOutcome {
  mutant: string;
  /**
   * killed: where it was meant to be, or anywhere when the patch does not say. wrong reason: only elsewhere. survived: nowhere.
   * unbuilt: it does not apply or compile. error: an infrastructure error left scenarios that could kill it without a verdict.
   */
  outcome: (typeof outcomes)[number];
  kills: SeenKill[];
  /** Expected kills that did not come. */
  missed: ExpectedKill[];
  /** Why there is no verdict, of the mutant or of scenarios. */
  noVerdict: string[];
  /** Whether what it changes was executed; undefined where that is not known. */
  ran?: Ran | undefined;
}

/** Judges a mutant: `base` and `mutated` are the same scenarios on the kernel without and with it. */
export function judgeMutant(
  mutant: string,
  expected: readonly ExpectedKill[],
  base: Side,
  mutated: Side,
): MutantOutcome {
  const unbuilt = mutated.cells.find((cell) => cell.verdict === 'unbuilt');
  if (unbuilt !== undefined) {
    return { mutant, outcome: 'unbuilt', kills: [], missed: [...expected], noVerdict: [unbuilt.why] };
  }
  const comparison = compareSides(base, mutated);
  const kills = comparison.scenarios.flatMap(({ scenario, regressed, appeared, tested }): SeenKill[] => {
    if (!regressed || tested === undefined) return [];
    const first = appeared.toSorted((a, b) => (a.stepIndex ?? Infinity) - (b.stepIndex ?? Infinity))[0];
    const step = first === undefined ? '' : first.kind === 'fail' ? (first.step ?? '') : first.kind;
    const verdict = tested.verdicts[0]?.verdict ?? '';
    // A crash or a hang can be the behavior itself, and yet another step shows it first.
    const meant = expected.find((one) => one.scenario === scenario && (one.step === step || one.step === verdict));
    const seen = { scenario, step: meant?.step ?? step, verdict, why: tested.why, folder: tested.folder };
    return [{ ...seen, right: meant !== undefined || expected.length === 0 }];
  });
  const missed = expected.filter(
    (one) => !kills.some(({ scenario, step }) => scenario === one.scenario && step === one.step),
  );
  const noVerdict = comparison.scenarios
    .filter(({ scenario }) => comparison.lost.includes(scenario))
    .map(({ scenario, notes }) => `${scenario}: ${notes.join('; ')}`);
  const outcome = kills.some(({ right }) => right)
    ? 'killed'
    : kills.length > 0
      ? 'wrong reason'
      : noVerdict.length > 0
        ? 'error'
        : 'survived';
  return { mutant, outcome, kills, missed, noVerdict, ran: ranByLines(mutated) };
}

/** 0 when all were killed where they should be; 1 when one was not; else 2 when one does not build, 3 for an infrastructure error. */
export function mutantsExitCode(all: readonly Pick<MutantOutcome, 'outcome'>[]): ExitCode {
  const any = (...wanted: MutantOutcome['outcome'][]): boolean => all.some(({ outcome }) => wanted.includes(outcome));
  if (any('survived', 'wrong reason')) return ExitCode.deviation;
  if (any('unbuilt')) return ExitCode.usage;
  return any('error') ? ExitCode.infrastructure : ExitCode.ok;
}
