// SPDX-License-Identifier: GPL-2.0-only
// Tables of commands: aligned columns without borders.

import { getBorderCharacters, table, type TableUserConfig } from 'table';

const plainTable: TableUserConfig = {
  border: getBorderCharacters('void'),
  columnDefault: { paddingLeft: 0, paddingRight: 2 },
  drawHorizontalLine: () => false,
};

/** Rows as aligned columns; no line ends in blanks. A column for which `columns` gives a width wraps, by its number from 0. */
export function renderTable(rows: readonly (readonly string[])[], columns: TableUserConfig['columns'] = {}): string {
  const config = { ...plainTable, columns };
  return table(
    rows.map((row) => [...row]),
    config,
  ).replace(/ +$/gm, '');
}
