// SPDX-License-Identifier: GPL-2.0-only
// Which cells of a scenario could not be compared, and why, in sentences. Pure.

import type { CellResult } from '../results/events.ts';
import { testedWord, type ComparedCell, type Pair, type Side } from './side.ts';

/** Notes on what was left out of a comparison, base first. */
export function leftOut(scenario: string, cells: Pair<ComparedCell[]>, sides: Pair<Side>): string[] {
  const open = (side: Side): boolean => side.unfinished.includes(scenario);
  return [
    ...notesOf('base', cells.base, open(sides.base)),
    ...notesOf(testedWord(sides), cells.tested, open(sides.tested)),
  ];
}

/** A known issue that names the tested kernel, though the cell passed. */
export function outOfDate(cell: Pick<CellResult, 'knownButPassed'> | undefined): string[] {
  const entry = cell?.knownButPassed;
  return entry === undefined ? [] : [`passes although a known issue names this kernel: ${entry.because}`];
}

const reasons = {
  skip: 'skipped',
  error: 'infrastructure error',
  unbuilt: 'no kernel could be built',
} as const;

function notesOf(word: string, cells: readonly ComparedCell[], open: boolean): string[] {
  if (cells.length === 0) return [open ? `no verdict on ${word}: the run ended early` : `not in the ${word} run`];
  const notes = (['skip', 'error', 'unbuilt'] as const).flatMap((verdict) => {
    const some = cells.filter((cell) => cell.verdict === verdict);
    const [first] = some;
    if (first === undefined) return [];
    const share = cells.length > 1 ? ` in ${some.length} of ${cells.length} repetitions` : '';
    return [`${reasons[verdict]} on ${word}${share}: ${first.why}`];
  });
  return [...notes, ...(open ? [`some repetitions on ${word} have no verdict: the run ended early`] : [])];
}
