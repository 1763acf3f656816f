// SPDX-License-Identifier: GPL-2.0-only
// Leaves out what was as expected the last time. Pure.

import type { HistoryCell, HistoryEntry } from '../../history/entry.ts';
import type { DroppedCell } from '../../results/events.ts';
import type { RunPlan } from '../run-plan.ts';

/**
 * A plan with only those cells whose scenario failed unexpectedly, or had no verdict about the kernel, in the last run that had it on
 * that kernel; and those that no run has had. Of repetitions one that failed is enough.
 */
export function lastFailed(plan: RunPlan, entries: readonly HistoryEntry[]): RunPlan {
  const last = new Map<string, { run: string; cells: HistoryCell[] }>();
  for (const { run, cells } of entries) {
    for (const cell of cells) {
      const before = last.get(keyOf(cell));
      if (before?.run === run) before.cells.push(cell);
      else last.set(keyOf(cell), { run, cells: [cell] });
    }
  }
  const dropped = new Map<string, DroppedCell>();
  for (const cell of plan.cells) {
    const before = last.get(keyOf(cell));
    if (before === undefined || !before.cells.every(({ expected }) => expected)) continue;
    const { id, scenario, kernel } = cell;
    const verdicts = [...new Set(before.cells.map(({ verdict }) => verdict))].join(', ');
    dropped.set(id, { id, scenario, kernel, why: `as expected the last time: ${verdicts} in ${before.run}` });
  }
  return {
    ...plan,
    cells: plan.cells.filter(({ id }) => !dropped.has(id)),
    dropped: [...plan.dropped, ...dropped.values()],
  };
}

function keyOf({ scenario, kernel }: { scenario: string; kernel: string }): string {
  return JSON.stringify([scenario, kernel]);
}
