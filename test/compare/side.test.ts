// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { testedWord } from '../../harness/compare/side.ts';

test.each([
  ['7.2', '7.2+my.mbox', 'patched'],
  ['7.2', '7.2+my.mbox#2', 'patched'],
  ['6.12', '7.2', 'tested'],
  ['6.1', '6.12', 'tested'],
  ['7.2+a.patch', '7.2', 'tested'],
])('%s against %s: %s', (base, tested, word) => {
  expect(testedWord({ base: { kernel: base }, tested: { kernel: tested } })).toBe(word);
});
