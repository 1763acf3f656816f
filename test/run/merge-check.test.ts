// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { renderError } from '../../harness/host/errors.ts';
import type { RunRecord } from '../../harness/results/run-record.ts';
import { refuseStrangers } from '../../harness/run/merge-check.ts';
import { ended, planned, recordOf } from '../results/story.ts';

function run(name: string, scenarios: string[], more: Partial<RunRecord> = {}): RunRecord {
  const cells = scenarios.map((scenario) => planned(scenario, 'debian:6.12'));
  return { ...recordOf({ name, kernels: ['debian:6.12'], cells, results: cells.map((cell) => ended(cell)) }), ...more };
}

const shard = (index: number, more: object = {}) => ({
  shard: { index, count: 2, plan: 'p', split: 's', places: [], ...more },
});

function refused(...records: RunRecord[]): string {
  try {
    refuseStrangers(records);
    return 'merged';
  } catch (error) {
    return renderError(error).split('\n')[0] ?? '';
  }
}

test('runs that have no cell in common belong together, and so do all parts of a plan', () => {
  expect(refused(run('a', ['x']), run('b', ['y']))).toBe('merged');
  expect(refused(run('a', ['x'], shard(2)), run('b', ['y'], shard(1)))).toBe('merged');
});

test('what does not belong together is refused with the reason', () => {
  const [a, b] = [run('a', ['x']), run('b', ['y'])];
  const between = 'a and b do not belong together:';
  expect(refused(a)).toBe('name at least two runs to merge');
  expect(refused(a, run('b', ['y', 'x']))).toBe(`${between} both have the cell x@debian:6.12#1`);
  expect(refused(a, { ...b, environment: { ...b.environment, qemu: '10.0' } })).toBe(`${between} qemu 7.2.22 and 10.0`);
  const facts = b.kernelFacts.map((one) => ({ ...one, id: 'other', origin: 'a newer package' }));
  expect(refused(a, { ...b, kernelFacts: facts })).toBe(
    `${between} debian:6.12 is linux-image-6.12.107+deb-amd64 and a newer package`,
  );
});

test('parts must be of one plan that was split in one way, and all of them', () => {
  const between = 'a and b do not belong together:';
  const a = run('a', ['x'], shard(1));
  expect(refused(a, run('b', ['y']))).toBe(`${between} only one of them is a part of a larger plan`);
  expect(refused(a, run('b', ['y'], shard(2, { plan: 'q' })))).toBe(`${between} they are parts of different plans`);
  expect(refused(a, run('b', ['y'], shard(2, { count: 3 })))).toBe(`${between} they are parts of 2 and of 3`);
  expect(refused(a, run('b', ['y'], shard(2, { split: 't' })))).toBe(
    `${between} their plan was split in different ways, because their histories differ`,
  );
  const three = [1, 2].map((index) => run(String(index), [String(index)], shard(index, { count: 3 })));
  expect(refused(...three)).toBe('of the 3 parts 3 is missing');
});
