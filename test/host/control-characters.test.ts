// SPDX-License-Identifier: GPL-2.0-only
// Words of a guest that would control the terminal of whoever reads them.

import { expect, it } from 'vitest';
import { showControls } from '../../harness/host/control-characters.ts';

it('shows what would control a terminal, and leaves every other character and tabs', () => {
  expect(showControls('a\tb \x1b[31m_\x1b]0;title\x07 \x00\x7f\x9b \ud800 é 文')).toBe(
    'a\tb \\x1b[31m_\\x1b]0;title\\x07 \\x00\\x7f\\x9b \\xd800 é 文',
  );
});
