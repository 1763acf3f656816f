// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { upperQuantile, upperTail } from '../../harness/compare/normal-distribution.ts';

test('tails and quantiles are those of the tables', () => {
  expect(upperTail(0)).toBeCloseTo(0.5, 6);
  expect(upperTail(1.959964)).toBeCloseTo(0.025, 6);
  expect(upperTail(3)).toBeCloseTo(0.0013499, 6);
  expect(upperQuantile(0.025)).toBeCloseTo(1.959964, 3);
  expect(upperQuantile(0.005)).toBeCloseTo(2.575829, 3);
});
