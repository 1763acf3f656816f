// SPDX-License-Identifier: GPL-2.0-only
// Changes of a comparison: which are filtered, and how they look. Pure.

import type { ReportComparison } from '../../report-data.ts';
import { matches } from '../overview/rows.ts';

export type ScenarioChange = ReportComparison['scenarios'][number];

export const changeNames = ['regressed', 'changed', 'flaky', 'fixed', 'known', 'unchanged', 'not comparable'] as const;

/** The class of style of a change. */
export function changeTone({ change, regressed }: Pick<ScenarioChange, 'change' | 'regressed'>): string {
  if (regressed || change === 'regressed') return 'unexpected';
  if (change === 'fixed') return 'pass';
  if (change === 'changed' || change === 'flaky' || change === 'known') return 'known';
  return change === 'unchanged' ? 'skip' : 'lost';
}

/** Of a change of the address, or everything. */
export function changesShown(
  { scenarios }: Pick<ReportComparison, 'scenarios'>,
  { change, q }: { change?: string | undefined; q?: string | undefined },
): ScenarioChange[] {
  return scenarios.filter(
    (one) =>
      (change === undefined || one.change === change) &&
      (q === undefined || matches(`${one.scenario} ${one.title} ${one.base?.why ?? ''} ${one.tested?.why ?? ''}`, q)),
  );
}
