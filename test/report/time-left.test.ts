// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { timeLeftMs, type Remaining } from '../../harness/report/time-left.ts';

const open = (...expected: (number | undefined)[]): Remaining['open'] =>
  expected.map((expectedMs, index) => ({ id: String(index), ...(expectedMs === undefined ? {} : { expectedMs }) }));
const took = (durationMs: number, expectedMs?: number): Remaining['ended'][number] => ({
  verdict: 'pass',
  expected: true,
  durationMs,
  ...(expectedMs === undefined ? {} : { expectedMs }),
});
const left = (more: Partial<Remaining>) => timeLeftMs({ ended: [], open: [], runningMs: new Map(), jobs: 1, ...more });

test('the sum of what is left, shared by the guests that run at a time', () => {
  expect(left({ open: open(1000, 3000) })).toBe(4000);
  expect(left({ open: open(1000, 3000, 2000), jobs: 2 })).toBe(3000);
  expect(left({ open: open(1000, 5000), jobs: 4 })).toBe(5000);
  expect(left({})).toBe(0);
});

test('what runs already counts less, and never below nothing', () => {
  expect(left({ open: open(1000, 3000), runningMs: new Map([['0', 400]]) })).toBe(3600);
  expect(left({ open: open(1000, 500), runningMs: new Map([['0', 9000]]) })).toBe(500);
});

test('of cells that take longer than expected nothing is known', () => {
  expect(left({ open: open(1000), runningMs: new Map([['0', 9000]]) })).toBeUndefined();
});

test('it is scaled by how fast this run is, within bounds', () => {
  expect(left({ ended: [took(2000, 1000)], open: open(1000) })).toBe(2000);
  expect(left({ ended: [took(90_000, 1000)], open: open(1000) })).toBe(5000);
  expect(left({ ended: [{ ...took(2000, 1000), reused: { run: 'x' } }], open: open(1000) })).toBe(1000);
});

test('a cell that no run knows counts like the mean of this run; before that nothing is known', () => {
  expect(left({ open: open(1000, undefined) })).toBeUndefined();
  expect(left({ ended: [took(500), took(700)], open: open(undefined) })).toBe(600);
});
