// SPDX-License-Identifier: GPL-2.0-only
// Steps, signals and lines of the kernel log of a cell on one clock. Pure.

import type { CellDetail, DetailQemuEvent, DetailSignals, DetailStep, LogLine } from '../../report-data.ts';

/** A line with its place in the log. */
export interface TimedLine extends LogLine {
  at: number;
  index: number;
}

export type Happening =
  | { type: 'signals'; at: number; signals: DetailSignals }
  | { type: 'qemu'; at: number; event: DetailQemuEvent }
  /** Lines of the kernel log that came one after the other. */
  | { type: 'lines'; at: number; lines: TimedLine[] };

interface TimelineEntry {
  step: DetailStep;
  /** What came since the step began and before the next did. */
  happenings: Happening[];
}

export interface Timeline {
  /** Lines of the log before the first step. */
  before: number;
  entries: TimelineEntry[];
}

export function timelineOf({ steps, signals, qemuEvents, log = [] }: CellDetail): Timeline {
  const lines = log.flatMap((line, index): TimedLine[] =>
    line.atMs === undefined ? [] : [{ ...line, at: line.atMs, index }],
  );
  const entries = steps.map((step, number): TimelineEntry => {
    const from = number === 0 ? 0 : step.atMs;
    const to = steps[number + 1]?.atMs ?? Infinity;
    const inside = (at: number): boolean => at >= from && at < to;
    return {
      step,
      happenings: merged(
        [
          ...signals.map((one) => ({ type: 'signals' as const, at: one.atMs, signals: one })),
          ...qemuEvents.map((event) => ({ type: 'qemu' as const, at: event.atMs, event })),
        ].filter(({ at }) => inside(at)),
        lines.filter(({ at }) => inside(at)),
      ),
    };
  });
  return { before: lines.filter(({ at }) => at < 0).length, entries };
}

function merged(others: readonly Exclude<Happening, { type: 'lines' }>[], lines: readonly TimedLine[]): Happening[] {
  const each = lines.map((line): Happening => ({ type: 'lines', at: line.at, lines: [line] }));
  const happenings: Happening[] = [];
  for (const one of [...others, ...each].sort((a, b) => a.at - b.at)) {
    const last = happenings.at(-1);
    if (one.type === 'lines' && last?.type === 'lines') last.lines.push(...one.lines);
    else happenings.push(one);
  }
  return happenings;
}

/** Steps that put errors into memory or take a device away. */
export function isInjection({ step }: Pick<DetailStep, 'step'>): boolean {
  return ['poison', 'unbind'].includes(step);
}

/** The end of the clock, milliseconds: of the last step, or of what came after it. */
export function endOf(detail: Pick<CellDetail, 'steps' | 'signals'>): number {
  const ends = [
    ...detail.steps.map((step) => step.atMs + step.durationMs),
    ...detail.signals.map(({ endMs }) => endMs),
  ];
  return Math.max(1, ...ends);
}

/** Of lines that came together: those to show at first, marked ones among them, and how many there are more. */
export function excerpt(lines: readonly TimedLine[], most: number): { shown: TimedLine[]; more: number } {
  if (lines.length <= most) return { shown: [...lines], more: 0 };
  const marked = lines.filter(({ mark }) => mark !== undefined);
  const first = marked[0] ?? lines[0];
  const from = first === undefined ? 0 : lines.indexOf(first);
  const start = Math.max(0, Math.min(from - 1, lines.length - most));
  return { shown: lines.slice(start, start + most), more: lines.length - most };
}
