// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { KnownRates, mostRepeats } from '../../../harness/run/settle/confidence.ts';
import { ended, oops, planned } from '../../results/story.ts';

const cell = planned('remove/rebind', '6.12');

/** How many repetitions it takes; every n-th fails, and 0 is never. */
function repeats(confidence: number, failing: number): number {
  const rates = new KnownRates(confidence);
  for (let done = 0; ; done++) {
    if (rates.known(cell) !== undefined) return done;
    rates.add(ended(cell, failing > 0 && done % failing === 0 ? oops : {}));
  }
}

test('more confidence, and a rate that is nearer to one half, take more repetitions', () => {
  expect([0.9, 0.95, 0.99].map((confidence) => repeats(confidence, 0))).toEqual([25, 35, 60]);
  expect(repeats(0.99, 1)).toBe(60);
  expect(repeats(0.95, 10)).toBeGreaterThan(100);
  expect(repeats(0.999, 2)).toBeGreaterThan(repeats(0.999, 10));
});

test('no rate takes more than the most for the usual confidences', () => {
  expect(repeats(0.99, 2)).toBeLessThan(mostRepeats);
});

test('errors and skips say nothing, and each kernel has a rate of its own', () => {
  const rates = new KnownRates(0.95);
  for (let done = 0; done < 100; done++) rates.add(ended(cell, { verdict: done % 2 === 0 ? 'error' : 'skip' }));
  for (let done = 0; done < 100; done++) rates.add(ended(planned('remove/rebind', '7.2')));
  expect(rates.known(cell)).toBeUndefined();
  expect(rates.known(planned('remove/rebind', '7.2'))).toMatchObject({ failures: 0, total: 100 });
});
