// SPDX-License-Identifier: GPL-2.0-only
// Sorts the cells of a run by cause, so that one bug seen by many scenarios is told once. Pure.

import { isUnexpected } from '../results/verdicts.ts';
import type { CellResult, Deviation } from '../results/events.ts';
import { groupBy } from '../host/group-by.ts';
import { mainDeviation } from '../results/main-deviation.ts';
import { isKnown } from '../results/verdicts.ts';

/** Cells that show the same thing; never empty. */
export interface Group {
  /** The cell that tells it best: the first. */
  cell: CellResult;
  cells: CellResult[];
}

export interface Groups {
  /** The same crash, hang or failed expectation, on any kernels. */
  unexpected: Group[];
  /** The same reason that there is no kernel. */
  unbuilt: Group[];
  /** The same reason the lab failed. */
  error: Group[];
  /** The same known entry. */
  known: Group[];
  knownButPassed: Group[];
  /** The same reason. */
  skipped: Group[];
  /** One scenario on one kernel whose repetitions do not agree. */
  unstable: Group[];
}

export function groupCells(cells: readonly CellResult[]): Groups {
  return {
    unexpected: grouped(cells.filter(isUnexpected), causeOf),
    unbuilt: grouped(
      cells.filter((cell) => cell.verdict === 'unbuilt'),
      (cell) => cell.why,
    ),
    error: grouped(
      cells.filter((cell) => cell.verdict === 'error'),
      (cell) => cell.why,
    ),
    known: grouped(cells.filter(isKnown), (cell) => JSON.stringify([cell.verdict, cell.known ?? causeOf(cell)])),
    knownButPassed: grouped(
      cells.filter((cell) => cell.knownButPassed !== undefined),
      (cell) => JSON.stringify(cell.knownButPassed),
    ),
    skipped: grouped(
      cells.filter((cell) => cell.verdict === 'skip'),
      (cell) => cell.why,
    ),
    unstable: grouped(cells, (cell) => JSON.stringify([cell.scenario, cell.kernel])).filter(
      (group) => new Set(group.cells.map((cell) => cell.verdict)).size > 1,
    ),
  };
}

/** What makes two deviations the same. A crash is told by its fingerprint, a failed expectation by what was wanted and seen. */
function causeOf(cell: CellResult): string {
  const main: Partial<Deviation> = mainDeviation(cell) ?? { title: cell.why };
  const { kind, fingerprint, step, title, wanted, seen } = main;
  if (fingerprint !== undefined) return JSON.stringify([kind, fingerprint]);
  return JSON.stringify(kind === 'fail' ? [kind, cell.scenario, step, title, wanted, seen] : [kind, step, title]);
}

function grouped(cells: readonly CellResult[], keyOf: (cell: CellResult) => string): Group[] {
  return [...groupBy(cells, keyOf).values()].flatMap((members) => {
    const [cell] = members;
    return cell === undefined ? [] : [{ cell, cells: members }];
  });
}
