// SPDX-License-Identifier: GPL-2.0-only
// Which scenarios noticed that a kernel was broken on purpose, and whether for the right reason. Pure.

import { compareSides, type Side } from './compare.ts';

/** Where a mutant is expected to show first. */
export interface ExpectedKill {
  scenario: string;
  /** Key of a step, or `crash` or `hang` when that is the very behaviour. */
  step: string;
}

/** A scenario that deviates on the mutant as it does not on the base. */
export interface SeenKill extends ExpectedKill {
  verdict: string;
  /** What was seen, in one sentence. */
  why: string;
  /** The mutant was written to be killed here. */
  right: boolean;
  /** Path of the cell's folder. */
  folder: string;
}

export interface MutantOutcome {
  mutant: string;
  /**
   * killed: where it was meant to be. wrong reason: only elsewhere. survived: nowhere. lost: the lab has no verdict of the
   * scenarios that should kill it.
   */
  outcome: 'killed' | 'wrong reason' | 'survived' | 'lost';
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
  const comparison = compareSides(base, mutated);
  const kills = comparison.scenarios.flatMap(({ scenario, broke, appeared, series }): SeenKill[] => {
    if (!broke || series === undefined) return [];
    const first = appeared.toSorted((a, b) => (a.stepIndex ?? Infinity) - (b.stepIndex ?? Infinity))[0];
    const step = first === undefined ? '' : first.kind === 'fail' ? (first.step ?? '') : first.kind;
    const verdict = series.verdicts[0]?.verdict ?? '';
    // A crash or a hang can be the behaviour itself, and yet another step shows it first.
    const meant = expected.find((one) => one.scenario === scenario && (one.step === step || one.step === verdict));
    const seen = { scenario, step: meant?.step ?? step, verdict, why: series.why, folder: series.folder };
    return [{ ...seen, right: meant !== undefined }];
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
