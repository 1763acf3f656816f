// SPDX-License-Identifier: GPL-2.0-only
// Everything that a report shows of one cell: from the events of the run and the files of the cell. Pure.

import type { CellResult, RunEvent } from '../../results/events.ts';
import { evidenceOf, linesOfReports } from './evidence.ts';
import { clockOfLog, type ClockEvent } from './guest-clock.ts';
import { logLines } from './log-lines.ts';
import type { CellDetail, CellSource, DetailStep } from './report-data.ts';
import { groupSignals, type SignalEvent } from './signal-groups.ts';

type StepStarted = Extract<RunEvent, { type: 'step-started' }>;
type QemuEvent = Extract<RunEvent, { type: 'qemu-event' }>;
type StepEnded = Extract<RunEvent, { type: 'step-ended' }>;

/** The events of one cell. */
export interface CellEvents {
  started: StepStarted[];
  ended: StepEnded[];
  signals: SignalEvent[];
  clocks: ClockEvent[];
  qemu: QemuEvent[];
}

/** Files of a cell by their names in its folder: dmesg.txt, crash.txt, hang.txt, qemu.txt, ... */
export type CellTexts = ReadonlyMap<string, string>;

/** Events of a run by cell. */
export function eventsByCell(events: readonly RunEvent[]): Map<string, CellEvents> {
  const cells = new Map<string, CellEvents>();
  const of = (id: string): CellEvents => {
    const present = cells.get(id) ?? { started: [], ended: [], signals: [], clocks: [], qemu: [] };
    cells.set(id, present);
    return present;
  };
  for (const event of events) {
    // It starts again after an infrastructure error, and when its run is resumed: what counts is the last start.
    if (event.type === 'cell-started') cells.delete(event.id);
    else if (event.type === 'step-started') of(event.id).started.push(event);
    else if (event.type === 'step-ended') of(event.id).ended.push(event);
    else if (event.type === 'signal') of(event.id).signals.push(event);
    else if (event.type === 'guest-clock') of(event.id).clocks.push(event);
    else if (event.type === 'qemu-event') of(event.id).qemu.push(event);
  }
  return cells;
}

/** `withLog`: the kernel log is kept; it is left out for cells that pass. */
export function cellDetail(
  events: CellEvents,
  result: Pick<CellResult, 'deviations'> | undefined,
  texts: CellTexts,
  { source, withLog }: { source?: CellSource | undefined; withLog: boolean },
): CellDetail {
  const zeroMs = events.started[0]?.ms ?? 0;
  const functions = (result?.deviations ?? []).flatMap((deviation) => deviation.function ?? []);
  const evidence = ['crash.txt', 'hang.txt', 'error.txt'].flatMap((file) => {
    const text = texts.get(file);
    return text === undefined ? [] : evidenceOf(file, text, functions);
  });
  const dmesg = texts.get('dmesg.txt');
  const clock = clockOfLog(events.clocks, events.signals, (dmesg ?? '').split('\n'));
  const hangs = (result?.deviations ?? []).flatMap((one) => (one.kind === 'hang' ? (one.function ?? []) : []));
  const reports = { ...linesOfReports(evidence), hangs };
  const qemu = texts.get('qemu.txt')?.trim();
  return {
    deviations: result?.deviations ?? [],
    steps: stepsOf(events, zeroMs),
    signals: groupSignals(
      events.signals,
      zeroMs,
      events.started.map(({ ms }) => ms),
    ),
    signalCount: events.signals.length,
    qemuEvents: events.qemu.map(({ event, data = {}, ms }) => ({ atMs: ms - zeroMs, event, about: aboutOf(data) })),
    ...(withLog && dmesg !== undefined ? { log: logLines(dmesg, clock, zeroMs, reports) } : {}),
    clock: clock.how,
    evidence,
    ...(source === undefined ? {} : { source }),
    ...(withLog && qemu !== undefined ? { qemu } : {}),
  };
}

/** `guest: true, reason: guest-reset`; what an object has is listed as if it were not in one. */
function aboutOf(data: object): string {
  const parts = Object.entries(data).map(([key, value]: [string, unknown]) => {
    if (typeof value === 'object' && value !== null) return aboutOf(value);
    return `${key}: ${String(value)}`;
  });
  return parts.join(', ');
}

/** Steps in order of their start; one that began and never ended has no outcome. */
function stepsOf({ started, ended }: CellEvents, zeroMs: number): DetailStep[] {
  const byIndex = new Map(ended.map((one) => [one.index, one]));
  return started.map(({ index, step, label, ms }) => {
    const end = byIndex.get(index);
    const about = { index, step, label, atMs: ms - zeroMs };
    if (end === undefined) return { ...about, seen: 'the run ended during this step', durationMs: 0 };
    return {
      ...about,
      outcome: end.outcome,
      ...(end.wanted === undefined ? {} : { wanted: end.wanted }),
      seen: end.seen,
      ...(end.notes === undefined ? {} : { notes: end.notes }),
      durationMs: end.durationMs,
    };
  });
}
