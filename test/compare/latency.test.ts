// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it, test } from 'vitest';
import { compareTimes, mannWhitney, median } from '../../harness/compare/latency.ts';

test('the median of an odd and of an even number of values', () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5]);
});

describe('the Mann-Whitney test', () => {
  it('counts small samples out', () => {
    // All of 5 below all of 5: 2 of 252 arrangements. One pair exchanged: 4 of 252.
    expect(mannWhitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])).toBeCloseTo(2 / 252, 10);
    expect(mannWhitney([1, 2, 3, 4, 6], [5, 7, 8, 9, 10])).toBeCloseTo(4 / 252, 10);
    expect(mannWhitney([1, 4], [2, 3])).toBe(1);
  });

  it('counts ties as they are', () => {
    expect(mannWhitney([1, 1, 1], [1, 1, 1])).toBe(1);
    // Sums of two of the mid-ranks 1.5 1.5 3.5 3.5: one of 6 choices is the lowest, one the highest.
    expect(mannWhitney([1, 1], [2, 2])).toBeCloseTo(2 / 6, 10);
  });

  it('is the same whichever side is first', () => {
    const [a, b] = [
      [3, 5, 8, 8, 9, 12],
      [4, 8, 11, 13, 14, 15],
    ];
    expect(mannWhitney(a, b)).toBeCloseTo(mannWhitney(b, a), 10);
  });

  it('agrees with itself where the counting ends and the approximation begins', () => {
    const values = (count: number, shift: number) =>
      Array.from({ length: count }, (_, index) => ((index * 37) % 41) + shift);
    const [counted, approximated] = [
      mannWhitney(values(20, 0), values(20, 9)),
      mannWhitney(values(21, 0), values(20, 9)),
    ];
    expect(counted).toBeGreaterThan(0.001);
    expect(Math.abs(counted - approximated)).toBeLessThan(0.02);
    expect(mannWhitney(values(30, 0), values(30, 100))).toBeLessThan(1e-9);
    expect(mannWhitney(Array<number>(30).fill(7), Array<number>(30).fill(7))).toBe(1);
  });
});

describe('slower or faster', () => {
  const [low, high] = [
    [20, 21, 22, 23, 24],
    [40, 41, 42, 43, 44],
  ];

  it('says so when it is sure and it is much', () => {
    expect(compareTimes(low, high)).toMatchObject({
      change: 'slower',
      baseMs: 22,
      testedMs: 42,
      baseTimes: 5,
      testedTimes: 5,
    });
    expect(compareTimes(high, low)).toMatchObject({ change: 'faster' });
  });

  it.each<[string, number[], number[]]>([
    ['too few', low.slice(1), high],
    ['too little', [100, 101, 102, 103, 104], [110, 111, 112, 113, 114]],
    ['chance', [10, 50, 20, 60, 30], [15, 70, 45, 80, 25]],
    ['whole milliseconds', [1, 1, 1, 1, 1], [2, 2, 2, 2, 2]],
    ['the same', low, low],
  ])('says nothing: %s', (_what, base, tested) => {
    expect(compareTimes(base, tested)).toBeUndefined();
  });
});
