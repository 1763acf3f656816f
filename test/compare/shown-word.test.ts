// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { Shown } from '../../harness/compare/comparison.ts';
import { shownWord } from '../../harness/compare/shown-word.ts';

test.each<[Shown['verdicts'], string]>([
  [[{ verdict: 'pass', count: 1, known: 0 }], 'pass'],
  [[{ verdict: 'pass', count: 5, known: 0 }], 'pass 5'],
  [[{ verdict: 'hang', count: 1, known: 1 }], 'hang (known)'],
  [[{ verdict: 'hang', count: 3, known: 1 }], 'hang 3 (1 known)'],
  [
    [
      { verdict: 'crash', count: 2, known: 0 },
      { verdict: 'pass', count: 1, known: 0 },
    ],
    'crash 2, pass 1',
  ],
])('%j is %s', (verdicts, word) => {
  expect(shownWord({ verdicts, why: '', folder: '', reproduce: '' })).toBe(word);
});

test('a side without such a cell has no word', () => {
  expect(shownWord(undefined)).toBe('');
});
