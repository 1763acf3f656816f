// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { patchworkCheck } from '../../harness/report/patchwork.ts';
import { designStory, recordOf } from '../results/story.ts';
import { comparison } from './compared-story.ts';

const record = recordOf(designStory());
const asked = { context: 'hazmat' };

test('of a run: what is unexpected fails', () => {
  expect(patchworkCheck(record, [], { ...asked, targetUrl: 'https://ci.localhost/7' })).toEqual({
    state: 'fail',
    context: 'hazmat',
    description: '2 UNEXPECTED, 5 pass, 4 known, 1 skip',
    target_url: 'https://ci.localhost/7',
  });
  const cells = record.cells.filter(({ expected }) => expected);
  expect(patchworkCheck({ ...record, cells }, [], asked).state).toBe('success');
});

test('of a comparison: what base does as well is not held against the series', () => {
  expect(patchworkCheck(record, [comparison], asked)).toMatchObject({
    state: 'fail',
    description: '1 REGRESSED, 1 fixed, 1 known, 2 unchanged, 1 not comparable',
  });
  expect(patchworkCheck(record, [{ ...comparison, regressed: [] }], asked).state).toBe('success');
});

test('an infrastructure error is a warning', () => {
  expect(patchworkCheck(record, [{ ...comparison, regressed: [], lost: ['a'] }], asked).state).toBe('warning');
  expect(patchworkCheck({ ...record, cells: [] }, [], asked).state).toBe('warning');
});
