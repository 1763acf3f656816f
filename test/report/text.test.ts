// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { clip, columnsOf, duration, elapsed, pad, visible, wrap } from '../../harness/report/text.ts';

test.each([
  [812, '0.8 s'],
  [9949, '9.9 s'],
  [9999, '10 s'],
  [59_499, '59 s'],
  [59_600, '1m 00s'],
  [133_000, '2m 13s'],
  [3_725_000, '1h 02m'],
])('%i ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('elapsed time ticks in whole seconds', () => {
  expect([0, 999, 1000, 9999, 59_999, 60_000].map(elapsed)).toEqual(['0 s', '0 s', '1 s', '9 s', '59 s', '1m 00s']);
});

test('widths are in terminal columns', () => {
  expect(pad('日本', 6)).toBe('日本  ');
  expect(clip('日本語', 5)).toBe('日本…');
  expect(clip('plain', 5)).toBe('plain');
  expect([clip('plain', 1), clip('plain', 0)]).toEqual(['…', '']);
});

test('text is broken at blanks; long words and blank lines stay', () => {
  expect(wrap('one two three\n\n/a/very/long/path/indeed x', 9)).toEqual([
    'one two',
    'three',
    '',
    '/a/very/long/path/indeed',
    'x',
  ]);
});

test('control characters are shown, not obeyed', () => {
  expect(visible('a\u001b[2J\tb\u0085\uD800')).toBe('a\\x1b[2J b\\x85\\xd800');
});

test('a long line is measured and cut like a short one', () => {
  const long = 'é'.repeat(1 << 16);
  expect(columnsOf(long)).toBe(1 << 16);
  expect(columnsOf('日'.repeat(1001))).toBe(2002);
  expect(columnsOf(`a${'😀'.repeat(1000)}`)).toBe(2001);
  expect(clip(long, 5)).toBe(`${'é'.repeat(4)}…`);
  expect(wrap(`x ${long} y`, 80)).toEqual(['x', long, 'y']);
  expect(pad(long, 10)).toBe(long);
});
