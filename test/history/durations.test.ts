// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { expectedDurations } from '../../harness/history/durations.ts';
import { entryOf } from '../../harness/history/entry.ts';
import type { CellResult } from '../../harness/results/events.ts';
import { failed, night, nightName, nights } from './histories.ts';

const took = (durationMs: number, more: Partial<CellResult> = {}) => ({ durationMs, ...more });

test('the median on that kernel, else on that line, else of the scenario, else nothing', () => {
  const entries = [
    ...nights({ a: took(100) }, { a: took(900) }, { a: took(200) }),
    entryOf(nightName(4), night(4, { a: took(5000), b: took(7000) }, 'source:7.2')),
    entryOf(nightName(5), night(5, { a: took(1000) }, 'debian:7.2')),
  ];
  const expected = expectedDurations(entries);
  expect(expected({ scenario: 'a', kernel: '6.12' })).toBe(200);
  expect(expected({ scenario: 'a', kernel: '6.12.200' })).toBe(200);
  expect(expected({ scenario: 'a', kernel: 'source:7.2' })).toBe(5000);
  expect(expected({ scenario: 'a', kernel: '7.2+fix' })).toBe(3000);
  expect(expected({ scenario: 'b', kernel: '6.12' })).toBe(7000);
  expect(expected({ scenario: 'c', kernel: '6.12' })).toBeUndefined();
});

test('only cells that were run on the kernel count, and only recent ones', () => {
  const idle = [{ verdict: 'error' as const }, { verdict: 'skip' as const }, { reused: { run: 'x' } }];
  const entries = nights(...idle.map((more) => ({ a: took(1, more) })), { a: took(60, failed()) });
  expect(expectedDurations(entries)({ scenario: 'a', kernel: '6.12' })).toBe(60);
  const slowBefore = nights(...Array.from({ length: 30 }, (_, index) => ({ a: took(index < 15 ? 9000 : 10) })));
  expect(expectedDurations(slowBefore)({ scenario: 'a', kernel: '6.12' })).toBe(10);
});
