// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { clock, count, duration, ownWhy, verdictWord } from '../../../../harness/report/html/page/shared/words.ts';

it.each([
  [0, '0 ms'],
  [999.4, '999 ms'],
  [4460, '4.5 s'],
  [59_400, '59 s'],
  [119_900, '2m 00s'],
  [3_725_000, '1h 02m'],
])('%i ms is %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

it('words of the clock, of counts, of verdicts', () => {
  expect([clock(1234.4), clock(-5)]).toEqual(['+1.234 s', '−0.005 s']);
  expect([count(1, 'cell'), count(10_000, 'cell')]).toEqual(['1 cell', '10,000 cells']);
  expect(verdictWord({ verdict: 'crash', expected: false })).toBe('CRASH');
  expect(verdictWord({ verdict: 'crash', expected: true })).toBe('crash (known)');
  expect(verdictWord({ verdict: 'not run', expected: false })).toBe('NOT RUN');
  expect(verdictWord({ verdict: 'skip', expected: true })).toBe('skip');
});

it('the known issue is separate from why', () => {
  const why = 'BUG: in f; known issue (KB7): because';
  expect(ownWhy({ why, known: { because: 'because', bug: 'KB7' } })).toBe('BUG: in f');
  expect(ownWhy({ why })).toBe(why);
});
