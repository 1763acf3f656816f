// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { changes } from '../../harness/compare/comparison.ts';
import { isNews } from '../../harness/compare/is-news.ts';

test('everything is news but what is unchanged or not comparable', () => {
  const quiet = changes.filter((change) => !isNews({ change, regressed: false }));
  expect(quiet).toEqual(['unchanged', 'not comparable']);
  expect(isNews({ change: 'unchanged', regressed: true })).toBe(true);
});
