// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { plainStyle, terminalStyle } from '../../harness/report/style.ts';

test('plain text has neither colors nor symbols', () => {
  expect([plainStyle.paint('bad', 'x'), plainStyle.mark('bad')]).toEqual(['x', '']);
});

test('a terminal has colors and symbols as asked', () => {
  const [colored, symbols] = [
    terminalStyle({ colors: true, symbols: false }),
    terminalStyle({ colors: false, symbols: true }),
  ];
  expect([colored.paint('bad', 'x'), colored.mark('bad')]).toEqual(['\u001b[1m\u001b[31mx\u001b[39m\u001b[22m', '']);
  expect([symbols.paint('bad', 'x'), symbols.mark('bad')]).toEqual(['x', '✗ ']);
  expect(colored.paint('good', '')).toBe('');
});

test('every tone that stands for a verdict has a symbol of its own, as wide as the others', () => {
  const style = terminalStyle({ colors: false, symbols: true });
  const marks = (['good', 'bad', 'known', 'error', 'quiet'] as const).map((tone) => style.mark(tone));
  expect([new Set(marks).size, new Set(marks.map((one) => one.length)).size]).toEqual([5, 1]);
});
