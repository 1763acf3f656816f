// SPDX-License-Identifier: GPL-2.0-only
// Which cell is run next, by what it would wait for.

import { expect, it } from 'vitest';
import { nextIndex } from '../../harness/run/scheduler.ts';

const next = (queue: string[], settled: string, booting: string): number =>
  nextIndex(queue, {
    isSettled: ([kernel = '']) => settled.includes(kernel),
    isBooting: (cell) => cell.endsWith(booting),
  });

it('is the first whose kernel is there', () => {
  expect(next(['a1', 'b1', 'c1'], 'bc', '-')).toBe(1);
  expect(next(['a1', 'b1'], '', '-')).toBe(-1);
  expect(next([], 'abc', '-')).toBe(-1);
});

it('need not wait for the boot of another, if there is one', () => {
  expect(next(['a1', 'a1', 'a2', 'a3'], 'a', '1')).toBe(2);
  expect(next(['b1', 'a1', 'b2'], 'a', '1')).toBe(1);
});
