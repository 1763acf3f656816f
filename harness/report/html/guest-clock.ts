// SPDX-License-Identifier: GPL-2.0-only
// Puts the kernel log of a cell on the clock of its steps. Pure.

import type { RunEvent } from '../../results/events.ts';
import type { SignalEvent } from './signal-groups.ts';

export interface ClockOfLog {
  how: 'recorded' | 'by signals' | 'unknown';
  /** Milliseconds on the run's clock of a time in the log, given in milliseconds since the boot that is the `boot`th of the cell. */
  toRun: (uptimeMs: number, boot: number) => number | undefined;
}

export type ClockEvent = Extract<RunEvent, { type: 'guest-clock' }>;

// `Memory failure: 0x101221: Sending SIGBUS to mappers/2:173 due to hardware memory corruption`
const sending = /^\[ *(\d+\.\d+)\].*Sending \S+ to \S+:(\d+) due to/;

/**
 * By the clock that the run recorded after each boot; for runs of a hazmat that recorded none, by signals: the harness hears of
 * each a moment after the kernel logged it, so the smallest difference is the right one, within some milliseconds.
 */
export function clockOfLog(
  clocks: readonly ClockEvent[],
  signals: readonly SignalEvent[],
  lines: readonly string[],
): ClockOfLog {
  if (clocks.length > 0) {
    const offsets = clocks.map(({ ms, uptimeMs }) => ms - uptimeMs);
    return { how: 'recorded', toRun: (uptimeMs, boot) => shifted(uptimeMs, offsets[boot]) };
  }
  const first = new Map<number, number>();
  for (const { tid, ms } of signals) if (!first.has(tid)) first.set(tid, ms);
  const differences = [...first].flatMap(([tid, ms]) => {
    const line = lines.map((one) => sending.exec(one)).find((match) => Number(match?.[2]) === tid);
    return line === undefined || line === null ? [] : [ms - Number(line[1]) * 1000];
  });
  if (differences.length === 0) return { how: 'unknown', toRun: () => undefined };
  const offset = Math.min(...differences);
  return { how: 'by signals', toRun: (uptimeMs, boot) => (boot === 0 ? uptimeMs + offset : undefined) };
}

function shifted(uptimeMs: number, offset: number | undefined): number | undefined {
  return offset === undefined ? undefined : uptimeMs + offset;
}
