// SPDX-License-Identifier: GPL-2.0-only
// Which scenarios noticed that a kernel was broken on purpose, and whether for the right reason. Pure.

import { ExitCode } from '../host/errors.ts';
import { compareSides, type Side } from './compare.ts';

/** Where a mutant is expected to show first. */
export interface ExpectedKill {
  scenario: string;
  /** Key of a step, or `crash` or `hang` when that is the very behavior. */
  step: string;
}

/** A scenario that deviates on the mutant as it does not on the base. */
export interface SeenKill extends ExpectedKill {
  verdict: string;
  /** What was seen, in one sentence. */
  why: string;
  /** The mutant was written to be killed here, or nobody said where. */
  right: boolean;
  /** Path of the cell's folder. */
  folder: string;
}

export const outcomes = ['killed', 'wrong reason', 'survived', 'unbuilt', 'lost'] as const;

export interface MutantOutcome {
  mutant: string;
  /**
   * killed: where it was meant to be, if that was said. wrong reason: only elsewhere. survived: nowhere. unbuilt: it does
   * not apply or compile. lost: the lab has no verdict of the scenarios that should kill it.
   */
  outcome: (typeof outcomes)[number];
  kills: SeenKill[];
  /** Expected kills that did not come. */
  missed: ExpectedKill[];
  /** Why there is no verdict. */
  lost: string[];
}

/** Judges a mutant: `base` and `mutated` are the same scenarios on the kernel without and with it. */
export function judgeMutant(
  mutant: string,
  expected: readonly ExpectedKill[],
  base: Side,
  mutated: Side,
): MutantOutcome {
  const unbuilt = mutated.cells.find((cell) => cell.unbuilt === true);
  if (unbuilt !== undefined) {
    return { mutant, outcome: 'unbuilt', kills: [], missed: [...expected], lost: [unbuilt.why] };
  }
  const comparison = compareSides(base, mutated);
  const kills = comparison.scenarios.flatMap(({ scenario, broke, appeared, series }): SeenKill[] => {
    if (!broke || series === undefined) return [];
    const first = appeared.toSorted((a, b) => (a.stepIndex ?? Infinity) - (b.stepIndex ?? Infinity))[0];
    const step = first === undefined ? '' : first.kind === 'fail' ? (first.step ?? '') : first.kind;
    const verdict = series.verdicts[0]?.verdict ?? '';
    // A crash or a hang can be the behavior itself, and yet another step shows it first.
    const meant = expected.find((one) => one.scenario === scenario && (one.step === step || one.step === verdict));
    const seen = { scenario, step: meant?.step ?? step, verdict, why: series.why, folder: series.folder };
    return [{ ...seen, right: meant !== undefined || expected.length === 0 }];
  });
  const missed = expected.filter(
    (one) => !kills.some(({ scenario, step }) => scenario === one.scenario && step === one.step),
  );
  const lost = comparison.scenarios
    .filter(({ scenario }) => comparison.lost.includes(scenario))
    .map(({ scenario, notes }) => `${scenario}: ${notes.join('; ')}`);
  const outcome = kills.some(({ right }) => right)
    ? 'killed'
    : kills.length > 0
      ? 'wrong reason'
      : lost.length > 0
        ? 'lost'
        : 'survived';
  return { mutant, outcome, kills, missed, lost };
}

/** 0 when all were killed where they should be; 1 for one that was not; else 2 for one that cannot be built, 3 for the lab. */
export function mutantsExitCode(all: readonly Pick<MutantOutcome, 'outcome'>[]): ExitCode {
  const any = (...wanted: MutantOutcome['outcome'][]): boolean => all.some(({ outcome }) => wanted.includes(outcome));
  if (any('survived', 'wrong reason')) return ExitCode.deviation;
  if (any('unbuilt')) return ExitCode.usage;
  return any('lost') ? ExitCode.infrastructure : ExitCode.ok;
}
