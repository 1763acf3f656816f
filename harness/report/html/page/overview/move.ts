// SPDX-License-Identifier: GPL-2.0-only
// Moving in the table with keys. Pure.

import type { OverviewRow } from './rows.ts';

export interface Place {
  row: number;
  column: number;
}

/**
 * Where a key leads from a place; the same object when it leads nowhere. Headings of groups are passed over. With no key: the
 * place itself, or the nearest that there is, because a filter may have taken it away.
 * @param page rows of Page Up and Page Down.
 */
export function moved(
  rows: readonly OverviewRow[],
  columns: number,
  at: Place,
  key: string | undefined,
  page = 1,
): Place {
  const inside = { row: clamp(at.row, rows.length), column: clamp(at.column, columns) };
  const here = settled(rows, inside, 1);
  switch (key) {
    case 'ArrowRight':
      return inside.column + 1 < columns ? { ...here, column: here.column + 1 } : at;
    case 'ArrowLeft':
      return inside.column > 0 ? { ...here, column: here.column - 1 } : at;
    case 'ArrowDown':
      return changed(at, settled(rows, { ...here, row: clamp(here.row + 1, rows.length) }, 1));
    case 'ArrowUp':
      return changed(at, settled(rows, { ...here, row: clamp(here.row - 1, rows.length) }, -1));
    case 'PageDown':
      return changed(at, settled(rows, { ...here, row: clamp(here.row + page, rows.length) }, 1));
    case 'PageUp':
      return changed(at, settled(rows, { ...here, row: clamp(here.row - page, rows.length) }, -1));
    case 'Home':
      return changed(at, settled(rows, { ...here, row: 0 }, 1));
    case 'End':
      return changed(at, settled(rows, { ...here, row: rows.length - 1 }, -1));
    default:
      return changed(at, here);
  }
}

/** The nearest row in a direction that is no heading, else the nearest in the other. */
function settled(rows: readonly OverviewRow[], place: Place, by: 1 | -1): Place {
  for (const direction of [by, -by]) {
    for (let row = place.row; row >= 0 && row < rows.length; row += direction) {
      if (rows[row]?.type === 'scenario') return { ...place, row };
    }
  }
  return place;
}

function changed(before: Place, now: Place): Place {
  return before.row === now.row && before.column === now.column ? before : now;
}

function clamp(value: number, length: number): number {
  return Math.max(0, Math.min(value, length - 1));
}
