// SPDX-License-Identifier: GPL-2.0-only
// Tables of commands: columns and nothing else.

import { getBorderCharacters, type TableUserConfig } from 'table';

export const plainTable: TableUserConfig = {
  border: getBorderCharacters('void'),
  columnDefault: { paddingLeft: 0, paddingRight: 2 },
  drawHorizontalLine: () => false,
};
