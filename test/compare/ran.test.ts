// SPDX-License-Identifier: GPL-2.0-only
// Whether the lines that a mutant adds were executed.

import { expect, it } from 'vitest';
import { ranByLines } from '../../harness/compare/ran.ts';
import { side, type Told } from './compared.ts';

const changed = {
  lines: [
    { file: 'fs/dax.c', line: 5, text: '/* a comment */', code: false },
    { file: 'fs/dax.c', line: 6, text: 'return -EIO;', code: true },
  ],
  notes: [],
};

const ran = (cells: Record<string, Told[]>, lines = changed) =>
  ranByLines(side('source:6.12+m', cells, { changed: lines }));
const coverage = (executed: number[], perhaps: number[] = []): Told => ({ coverage: { executed, perhaps } });

it('is known by its lines, and by whom', () => {
  expect(ran({ 'poison/a': [coverage([1])], 'poison/b': [coverage([], [1])] })).toEqual({
    state: 'executed',
    scenarios: ['poison/a'],
  });
  expect(ran({ 'poison/a': [coverage([])], 'poison/b': [coverage([], [1])] })).toEqual({
    state: 'perhaps',
    scenarios: ['poison/b'],
  });
  expect(ran({ 'poison/a': [coverage([])] })).toEqual({ state: 'never', scenarios: [] });
});

it('is not known when nothing was recorded, or when it adds no code', () => {
  expect(ran({ 'poison/a': [{}] })).toBeUndefined();
  expect(ran({ 'poison/a': [coverage([])] }, { lines: changed.lines.slice(0, 1), notes: [] })).toBeUndefined();
});
