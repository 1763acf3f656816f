// SPDX-License-Identifier: GPL-2.0-only

import { expect, it } from 'vitest';
import { markdownTable } from '../../scripts/markdown-table.ts';

it('keeps each cell in its cell', () => {
  expect(
    markdownTable(
      ['key', 'may be'],
      [
        ['mode', 'fsdax | devdax'],
        ['size', 'a\nb'],
      ],
    ),
  ).toBe(['| key | may be |', '| --- | --- |', '| mode | fsdax \\| devdax |', '| size | a b |'].join('\n'));
});
