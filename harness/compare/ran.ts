// SPDX-License-Identifier: GPL-2.0-only
// Whether the code that a mutant changes was executed at all: if not, its survival says nothing of the expectations. Pure.

import { coverageOf } from './coverage.ts';
import type { Side } from './side.ts';

/** Whether the changed code of a mutant was executed, and by which scenarios. */
export interface Ran {
  /** perhaps: only code was that the compiler has moved or merged with that of other lines, or a function that may have the code in it. */
  state: 'executed' | 'perhaps' | 'never';
  scenarios: string[];
}

/** By the lines that it adds; undefined when none of them has code, or nothing was recorded. */
export function ranByLines({ changed, cells }: Pick<Side, 'changed' | 'cells'>): Ran | undefined {
  const withCode = coverageOf(changed, cells)?.lines.filter(({ state }) => state !== 'no code') ?? [];
  if (withCode.length === 0) return undefined;
  const of = (wanted: Ran['state']): string[] => [
    ...new Set(withCode.filter(({ state }) => state === wanted).flatMap(({ scenarios }) => scenarios)),
  ];
  const [executed, perhaps] = [of('executed'), of('perhaps')];
  if (executed.length > 0) return { state: 'executed', scenarios: executed };
  return { state: perhaps.length > 0 ? 'perhaps' : 'never', scenarios: perhaps };
}

/** In words: `never executed`, `executed by 3 scenarios, and not noticed`. */
export function ranWords(ran: Ran | undefined): string {
  if (ran === undefined) return 'not known whether it was executed';
  if (ran.state === 'never') return 'never executed';
  const count = `${ran.scenarios.length} ${ran.scenarios.length === 1 ? 'scenario' : 'scenarios'}`;
  return `${ran.state === 'perhaps' ? 'perhaps executed' : 'executed'} by ${count}, and not noticed`;
}
