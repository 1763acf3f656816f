// SPDX-License-Identifier: GPL-2.0-only
// Lines of the kernel log that only one side has. Pure.

import type { LogChange, ScenarioChange } from './comparison.ts';
import { isAlarming } from './normalize-log.ts';
import type { ComparedCell } from './side.ts';

type LoggedCell = Pick<ComparedCell, 'log'> & { steps: readonly Pick<ComparedCell['steps'][number], 'outcome'>[] };

/**
 * Lines that most repetitions of one side have and none of the other; alarming ones first. A side that ended early (a hang,
 * a crash, an act that failed) lacks lines for that reason alone, so only alarms count as missing there.
 */
export function compareLogs(base: readonly LoggedCell[], tested: readonly LoggedCell[]): ScenarioChange['log'] {
  return { appeared: onlyIn(tested, base), gone: onlyIn(base, tested) };
}

function onlyIn(cells: readonly LoggedCell[], others: readonly LoggedCell[]): LogChange[] {
  const logs = cells.flatMap(({ log }) => (log === undefined ? [] : [log]));
  const otherLogs = others.flatMap(({ log }) => (log === undefined ? [] : [log]));
  if (logs.length === 0 || otherLogs.length === 0) return [];
  const elsewhere = new Set(otherLogs.flat());
  const endedEarly = stepsTaken(others) < stepsTaken(cells);
  const counts = new Map<string, number>();
  for (const line of logs.flatMap((log) => [...new Set(log)])) counts.set(line, (counts.get(line) ?? 0) + 1);
  const found = [...counts].flatMap(([line, count]): LogChange[] => {
    const alarming = isAlarming(line);
    const matters = alarming || (!endedEarly && 2 * count > logs.length);
    return elsewhere.has(line) || !matters ? [] : [{ line, cells: count, of: logs.length, alarming }];
  });
  return found.toSorted((a, b) => Number(b.alarming) - Number(a.alarming));
}

/** Steps that the repetition that came least far has finished. */
function stepsTaken(cells: readonly LoggedCell[]): number {
  return Math.min(...cells.map(({ steps }) => steps.filter(({ outcome }) => outcome !== 'ended').length));
}
