// SPDX-License-Identifier: GPL-2.0-only
// Sets of bytes as spans.

import { expect, it } from 'vitest';
import { bytesWithin, fromDistances, spansOf, toDistances, union } from '../../../harness/kernel/executed/spans.ts';

it('puts pieces in order, and those together that touch or overlap', () => {
  expect(spansOf([10, 14, 0, 4, 4, 8, 12, 20, 30, 30])).toEqual([0, 8, 10, 20]);
  expect(spansOf([0, 10, 2, 4])).toEqual([0, 10]);
  expect(spansOf([])).toEqual([]);
});

it('a union has the bytes of each set once', () => {
  expect(union([[0, 8], [4, 12, 20, 24], []])).toEqual([0, 12, 20, 24]);
  expect(union([])).toEqual([]);
});

it('counts bytes of a set in a range', () => {
  const spans = [0, 8, 10, 20, 30, 40];
  expect(bytesWithin(spans, 4, 35)).toBe(4 + 10 + 5);
  expect(bytesWithin(spans, 8, 10)).toBe(0);
  expect(bytesWithin(spans, 20, 30)).toBe(0);
  expect(bytesWithin(spans, 11, 12)).toBe(1);
  expect(bytesWithin([], 0, 100)).toBe(0);
});

it('distances are small numbers, and give the same spans', () => {
  const spans = [5, 8, 1000, 1004];
  expect(toDistances(spans)).toEqual([5, 3, 992, 4]);
  expect(fromDistances(toDistances(spans))).toEqual(spans);
});
