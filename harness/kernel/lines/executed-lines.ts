// SPDX-License-Identifier: GPL-2.0-only
// From places that were executed to lines. Pure.

import type { SeriesLines } from './series-lines.ts';

/** Indexes of lines, in order. */
export interface ExecutedLines {
  /** One of their statements was executed. */
  executed: number[];
  /** Only code that the compiler moved or merged with that of other lines was executed. */
  perhaps: number[];
}

/** @param places indexes in `places` of what was executed */
export function executedLines({ places }: SeriesLines, executed: readonly number[]): ExecutedLines {
  const by = { statement: new Set<number>(), any: new Set<number>() };
  for (const index of executed) {
    const place = places[index];
    if (place === undefined) continue;
    by.any.add(place.line);
    if (place.statement) by.statement.add(place.line);
  }
  const inOrder = (lines: Iterable<number>): number[] => [...lines].sort((a, b) => a - b);
  return {
    executed: inOrder(by.statement),
    perhaps: inOrder([...by.any].filter((line) => !by.statement.has(line))),
  };
}

/** The lines as the record of a run has them: with whether they have code. */
export function changedLines({ lines, places, notes }: SeriesLines): {
  lines: { file: string; line: number; text: string; code: boolean }[];
  notes: string[];
} {
  const withCode = new Set(places.map(({ line }) => line));
  return { lines: lines.map((one, index) => ({ ...one, code: withCode.has(index) })), notes };
}
