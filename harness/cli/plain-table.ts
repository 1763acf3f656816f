// SPDX-License-Identifier: GPL-2.0-only
// Tables of commands: aligned columns without borders.

import { getBorderCharacters, table, type TableUserConfig } from 'table';

export const plainTable: TableUserConfig = {
  border: getBorderCharacters('void'),
  columnDefault: { paddingLeft: 0, paddingRight: 2 },
  drawHorizontalLine: () => false,
};

/** Rows as aligned columns, one line each; no line ends in blanks, however long another one is. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  return table(
    rows.map((row) => [...row]),
    plainTable,
  ).replace(/ +$/gm, '');
}
