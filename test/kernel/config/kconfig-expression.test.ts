// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { allOf, parseExpression, printExpression } from '../../../harness/kernel/config/kconfig-expression.ts';
import { tokens } from '../../../harness/kernel/config/kconfig-tokens.ts';

const read = (text: string) => parseExpression(tokens(text) ?? []);

test.each(['A &&', '(A', 'A B', '&& A', 'A = ', ''])('"%s" is not an expression', (text) => {
  expect(read(text)).toBeUndefined();
});

test.each(['A && (B || C)', 'A && B || !C', '!(A && B)', 'N >= 10 && S = "x"', '!(A = y)', '$(cc-option,-a -b) && A'])(
  '%s is printed as it was written',
  (text) => {
    const expression = read(text);
    expect(expression === undefined ? undefined : printExpression(expression)).toBe(text);
  },
);

test('expressions are joined by &&, those that are absent left out', () => {
  const joined = allOf([undefined, read('A || B'), undefined, read('C')]);
  expect(joined && printExpression(joined)).toBe('(A || B) && C');
  expect(allOf([undefined, undefined])).toBeUndefined();
});
