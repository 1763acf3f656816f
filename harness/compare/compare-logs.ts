// SPDX-License-Identifier: GPL-2.0-only
// What the kernel says on one side only. Pure.

import { isAlarming } from './normalize-log.ts';

export interface LogChange {
  /** Normalized. */
  line: string;
  /** In how many repetitions of that side. */
  cells: number;
  of: number;
  alarming: boolean;
}

interface LoggedCell {
  log?: string[];
  steps: { outcome: string }[];
}

/**
 * Lines that most repetitions of one side have and none of the other; alarming ones first. A side that ended early (a hang,
 * a crash, an act that failed) lacks lines for that reason alone, so what it lacks is not told, but for alarms.
 */
export function compareLogs(
  base: readonly LoggedCell[],
  series: readonly LoggedCell[],
): Record<'appeared' | 'gone', LogChange[]> {
  return { appeared: onlyIn(series, base), gone: onlyIn(base, series) };
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
    const telling = alarming || (!endedEarly && 2 * count > logs.length);
    return elsewhere.has(line) || !telling ? [] : [{ line, cells: count, of: logs.length, alarming }];
  });
  return found.toSorted((a, b) => Number(b.alarming) - Number(a.alarming));
}

/** Steps that the repetition that came least far has ended. */
function stepsTaken(cells: readonly LoggedCell[]): number {
  return Math.min(...cells.map(({ steps }) => steps.filter(({ outcome }) => outcome !== 'ended').length));
}
