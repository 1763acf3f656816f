// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { changesShown, changeTone } from '../../../../harness/report/html/page/comparison/changes.ts';
import { comparison } from '../../compared-story.ts';

const scenarios = comparison.scenarios.map((change) => ({ ...change, sides: { pairs: [] } }));

it('filters by change and by words', () => {
  const names = (filter: Parameters<typeof changesShown>[1]) =>
    changesShown({ scenarios }, filter).map(({ scenario }) => scenario);
  expect(names({})).toHaveLength(scenarios.length);
  expect(names({ change: 'fixed' })).toEqual(['recover/pwrite']);
  expect(names({ q: 'remove linear' })).toEqual(['remove/linear']);
});

it('regressions stand out', () => {
  expect(changeTone({ change: 'changed', regressed: true })).toBe('unexpected');
  expect(changeTone({ change: 'fixed', regressed: false })).toBe('pass');
});
