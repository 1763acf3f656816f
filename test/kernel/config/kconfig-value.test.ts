// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { parseConfig } from '../../../harness/kernel/dot-config.ts';
import { parseExpression } from '../../../harness/kernel/config/kconfig-expression.ts';
import { tokens } from '../../../harness/kernel/config/kconfig-tokens.ts';
import { atLeast, isTristate, valueOf } from '../../../harness/kernel/config/kconfig-value.ts';

const config = parseConfig('CONFIG_MODULES=y\nCONFIG_Y=y\nCONFIG_M=m\nCONFIG_N=250\nCONFIG_S="text"\nCONFIG_H=0x10\n');
const read = (text: string) => parseExpression(tokens(text) ?? []);

test.each([
  ['Y', 'y'],
  ['M', 'm'],
  ['OFF', 'n'],
  ['!M', 'm'],
  ['!Y', 'n'],
  ['Y && M', 'm'],
  ['OFF || M', 'm'],
  // || binds least.
  ['Y || OFF && OFF', 'y'],
  ['(Y || OFF) && OFF', 'n'],
  ['!OFF && !(Y && OFF)', 'y'],
  ['m', 'm'],
  ['Y = y', 'y'],
  ['M != y', 'y'],
  ['OFF = n', 'y'],
  ['N >= 250 && N < 1000', 'y'],
  ['N > 30', 'y'],
  ['S = "text"', 'y'],
  ["S = 'other'", 'n'],
  ['H = 16', 'y'],
  ['$(cc-option,-O2)', undefined],
  ['$(cc-option,-O2) && OFF', 'n'],
  ['$(cc-option,-O2) || Y', 'y'],
  ['$(cc-option,-O2) || M', undefined],
  ['!$(success,test "(a)" = "b") # why', undefined],
  ['"$(ARCH)" = "x"', undefined],
] as const)('%s is %s', (text, value) => {
  const expression = read(text);
  expect(expression).toBeDefined();
  expect(valueOf(expression, config)).toBe(value);
});

test('m is n in a configuration without modules', () => {
  expect(valueOf(read('m'), parseConfig('CONFIG_Y=y\n'))).toBe('n');
});

test('n < m < y, and other words are not of that order', () => {
  expect([atLeast('y', 'm'), atLeast('m', 'm'), atLeast('n', 'm')]).toEqual([true, true, false]);
  expect(['y', 'm', 'n', '', 'Y', '1'].map(isTristate)).toEqual([true, true, true, false, false, false]);
});
