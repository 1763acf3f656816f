// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { failureRate } from '../../harness/history/wilson.ts';

const bounds = (failures: number, total: number, confidence = 0.95): number[] => {
  const { low, high } = failureRate(failures, total, confidence);
  return [low, high].map((share) => Math.round(share * 10_000) / 10_000);
};

test('the intervals are those of published tables', () => {
  // Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I, method 3.
  expect(bounds(81, 263)).toEqual([0.2553, 0.3662]);
  expect(bounds(15, 148)).toEqual([0.0624, 0.1605]);
  expect(bounds(0, 20)).toEqual([0, 0.1611]);
  expect(bounds(1, 29)).toEqual([0.0061, 0.1718]);
});

test('nothing tried is nothing known; a failure each time mirrors none', () => {
  expect(bounds(0, 0)).toEqual([0, 1]);
  expect(bounds(20, 20)).toEqual([0.8389, 1]);
});

test('more confidence is a wider interval, more repetitions a narrower one', () => {
  expect(bounds(1, 50, 0.99)[1]).toBeGreaterThan(bounds(1, 50, 0.95)[1] ?? 1);
  expect(bounds(10, 500)[1]).toBeLessThan(bounds(1, 50)[1] ?? 0);
});
