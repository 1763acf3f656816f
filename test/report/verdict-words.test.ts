// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { repeatSuffix, verdictTone, verdictWord } from '../../harness/report/verdict-words.ts';
import type { CellResult } from '../../harness/results/events.ts';

test.each<[CellResult['verdict'], boolean, string, string]>([
  ['pass', true, 'pass', 'good'],
  ['skip', true, 'skip', 'quiet'],
  ['hang', true, 'hang', 'known'],
  ['hang', false, 'HANG', 'bad'],
  ['crash', false, 'CRASH', 'bad'],
  ['fail', false, 'FAIL', 'bad'],
  ['error', false, 'ERROR', 'error'],
  ['unbuilt', false, 'UNBUILT', 'error'],
])('%s, expected: %s', (verdict, expected, word, tone) => {
  expect([verdictWord({ verdict, expected }), verdictTone({ verdict, expected })]).toEqual([word, tone]);
});

test('only repetitions are numbered', () => {
  expect([repeatSuffix({ repeat: 1, repeats: 1 }), repeatSuffix({ repeat: 3, repeats: 50 })]).toEqual([
    '',
    ' (3 of 50)',
  ]);
});
