// SPDX-License-Identifier: GPL-2.0-only
// Which of a cell's deviations its verdict is about.

import type { CellResult } from './events.ts';

/** The deviation that gave the cell its verdict: the first of that kind, else the first. */
export function mainDeviation(cell: CellResult): CellResult['deviations'][number] | undefined {
  return cell.deviations.find((deviation) => deviation.kind === cell.verdict) ?? cell.deviations[0];
}
