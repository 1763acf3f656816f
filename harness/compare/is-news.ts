// SPDX-License-Identifier: GPL-2.0-only
// Which scenarios of a comparison a person wants to read about.

import type { ScenarioChange } from './comparison.ts';

/** Something changed, and it could be compared. */
export function isNews({ change, regressed }: Pick<ScenarioChange, 'change' | 'regressed'>): boolean {
  return regressed || (change !== 'unchanged' && change !== 'not comparable');
}
