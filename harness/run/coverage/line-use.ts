// SPDX-License-Identifier: GPL-2.0-only
// Which lines the cells of a run have executed. Pure.

import type { ExecutedSections } from '../../kernel/executed/executed-file.ts';
import { bytesWithin } from '../../kernel/executed/spans.ts';
import type { CodeLine } from '../../kernel/lines/file-lines.ts';
import type { LineCoverage } from '../../results/kernel-coverage.ts';
import type { ExecutedCell } from './read-executed.ts';

/**
 * By file, its lines with code. A line counts by its statements; if none of them was executed, by code that the compiler has moved or merged
 * with that of other lines, since that it was not executed is then not known.
 */
export function linesOf(
  files: ReadonlyMap<string, readonly CodeLine[]>,
  cells: Iterable<ExecutedCell>,
): Map<string, LineCoverage[]> {
  const users = new Map<CodeLine, Set<string>>();
  for (const place of [...files.values()].flat()) users.set(place, new Set());
  for (const { cell, phases } of cells) {
    for (const [place, own] of users) {
      if (!own.has(cell.scenario) && phases.some(({ sections }) => isExecuted(place, sections))) own.add(cell.scenario);
    }
  }
  return new Map(
    [...files].map(([file, places]) => {
      const lines = [...new Set(places.map(({ line }) => line))].sort((a, b) => a - b);
      const count = (line: number, statements: boolean): number =>
        new Set(
          places
            .filter((place) => place.line === line && (!statements || place.statement))
            .flatMap((place) => [...(users.get(place) ?? [])]),
        ).size;
      return [file, lines.map((line) => ({ line, scenarios: count(line, true) || count(line, false) }))];
    }),
  );
}

function isExecuted({ image, section, at }: CodeLine, sections: ExecutedSections): boolean {
  return bytesWithin(sections.get(`${image} ${section}`) ?? [], at, at + 1) > 0;
}
