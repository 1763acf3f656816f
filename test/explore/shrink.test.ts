// SPDX-License-Identifier: GPL-2.0-only
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scenarioOf, sequences, shorterSequences, type Sequence } from '../../harness/explore/sequence.ts';
import { shrink } from '../../harness/explore/shrink.ts';

/** A kernel that forgets a bad block when the page is read afterwards. */
function isWrong(sequence: Sequence): boolean {
  const { text } = scenarioOf(sequence);
  return /poison: .*page: (\d)[^]*read: .*page: \1,/.test(text);
}

const arbitrary = sequences(12);
const wrong = fc.sample(arbitrary, { seed: 3, numRuns: 300 }).filter(isWrong);

test('a sequence is shrunk to the operations that matter', async () => {
  expect(wrong.length).toBeGreaterThan(3);
  for (const start of wrong.slice(0, 5)) {
    const { value, tried } = await shrink(arbitrary, start, {
      fails: (all) => Promise.resolve(all.map(isWrong)),
      key: (one) => scenarioOf(one).text,
      shorter: shorterSequences,
      atOnce: 4,
      most: 1000,
    });
    expect(scenarioOf(value).done).toEqual(['bad-block', 'read']);
    expect(tried).toBeLessThan(300);
  }
});

test('no sequence is tried twice, and no more than was asked for', async () => {
  const seen: string[] = [];
  const [start] = wrong;
  if (start === undefined) throw new Error('no sequence fails');
  const { value, tried } = await shrink(arbitrary, start, {
    fails: (all) => {
      seen.push(...all.map((one) => scenarioOf(one).text));
      return Promise.resolve(all.map(() => false));
    },
    key: (one) => scenarioOf(one).text,
    shorter: shorterSequences,
    atOnce: 3,
    most: 20,
  });
  expect(value).toEqual(start);
  expect(new Set(seen).size).toBe(seen.length);
  expect(tried).toBe(seen.length);
  expect(tried).toBeLessThanOrEqual(22);
});
