// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { mainDeviation } from '../../harness/results/main-deviation.ts';
import { ended, oops, planned } from './story.ts';

const cell = planned('a', 'debian:6.1');

test('the deviation of the verdict’s kind, even after others', () => {
  expect(mainDeviation(ended(cell, oops))?.kind).toBe('crash');
  expect(mainDeviation(ended(cell, { ...oops, verdict: 'fail' }))?.kind).toBe('fail');
});

test('else the first, and none when there is none', () => {
  expect(mainDeviation(ended(cell, { ...oops, verdict: 'hang' }))?.kind).toBe('fail');
  expect(mainDeviation(ended(cell))).toBeUndefined();
});
