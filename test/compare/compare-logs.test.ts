// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { compareLogs } from '../../harness/compare/compare-logs.ts';
import { steps } from './compared.ts';

const both = steps(['unbind pmem0', 'ok'], ['unmount /mnt', 'ok']);
const early = steps(['unbind pmem0', 'ended']);

const lines = (...sides: Parameters<typeof compareLogs>) => {
  const { appeared, gone } = compareLogs(...sides);
  return { appeared: appeared.map(({ line }) => line), gone: gone.map(({ line }) => line) };
};

it('has the lines of one side only, alarms first', () => {
  const tested = { steps: both, log: ['common', 'a new word', 'WARNING: at dax.c:LINE'] };
  expect(lines([{ steps: both, log: ['common', 'an old word'] }], [tested])).toEqual({
    appeared: ['WARNING: at dax.c:LINE', 'a new word'],
    gone: ['an old word'],
  });
});

it('counts the repetitions that have a line', () => {
  const tested = [
    { steps: both, log: ['BUG: x', 'BUG: x'] },
    { steps: both, log: [] },
  ];
  expect(compareLogs([{ steps: both, log: [] }], tested).appeared).toEqual([
    { line: 'BUG: x', cells: 1, of: 2, alarming: true },
  ]);
});

it('does not take a line for gone when the other side ended early, unless it is an alarm', () => {
  const base = { steps: both, log: ['common', 'Unmounting Filesystem', 'BUG: on base'] };
  expect(lines([base], [{ steps: early, log: ['common', 'new all the same'] }])).toEqual({
    appeared: ['new all the same'],
    gone: ['BUG: on base'],
  });
});

it('takes a line of a few repetitions for chance unless it is an alarm', () => {
  const tested = [['x'], ['x', 'rare'], ['x', 'BUG: rare']].map((log) => ({ steps: both, log }));
  expect(lines([{ steps: both, log: ['x'] }], tested)).toEqual({ appeared: ['BUG: rare'], gone: [] });
});

it('is empty when a side has no log', () => {
  expect(lines([{ steps: both }], [{ steps: both, log: ['x'] }])).toEqual({ appeared: [], gone: [] });
});
