// SPDX-License-Identifier: GPL-2.0-only
// Groups the cells of a run by cause, so that one bug seen by many scenarios is reported once. Pure.

import { isUnexpected } from '../results/verdicts.ts';
import type { CellResult, Deviation } from '../results/events.ts';
import { groupBy } from '../host/group-by.ts';
import { mainDeviation } from '../results/main-deviation.ts';
import { isKnown } from '../results/verdicts.ts';

/** Cells that show the same thing; never empty. */
export interface Group {
  /** The first of them, which stands for all. */
  cell: CellResult;
  cells: CellResult[];
}

export interface Groups {
  /** The same crash, hang or failed expectation, on any kernels. */
  unexpected: Group[];
  /** The same reason why no kernel could be built. */
  unbuilt: Group[];
  /** The same infrastructure error. */
  error: Group[];
  /** The same known issue. */
  known: Group[];
  knownButPassed: Group[];
  /** The same reason. */
  skipped: Group[];
  /** One scenario on one kernel whose repetitions disagree. */
  flaky: Group[];
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
    flaky: grouped(cells, (cell) => JSON.stringify([cell.scenario, cell.kernel])).filter(
      (group) => new Set(group.cells.map((cell) => cell.verdict)).size > 1,
    ),
  };
}

/** Equal for two cells with the same cause. The cause of a crash is its fingerprint, of a failed expectation what was expected and seen. */
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
