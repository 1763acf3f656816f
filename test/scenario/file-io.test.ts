// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { z } from 'zod';
import {
  ioKeys,
  ioRange,
  ioWords,
  ioResult,
  isResult,
  rangeRefinement,
  resultWords,
  seenWords,
} from '../../harness/scenario/file-io.ts';

const schema = z.strictObject(ioKeys).refine(...rangeRefinement);
const file = '/mnt/data';

it.each([
  [{ page: 0 }, { offset: 0, length: 4096 }, 'page 0 of /mnt/data'],
  [{ page: 3, pages: 2 }, { offset: 12288, length: 8192 }, 'pages 3-4 of /mnt/data'],
  [{ offset: 100, length: 7 }, { offset: 100, length: 7 }, 'bytes 100+7 of /mnt/data'],
  [{ offset: 0, length: 1 }, { offset: 0, length: 1 }, 'bytes 0+1 of /mnt/data'],
])('takes %j for %j', (range, bytes, words) => {
  const args = schema.parse({ file, ...range });
  expect(ioRange(args)).toEqual(bytes);
  expect(ioWords(args)).toBe(words);
});

it.each([
  {},
  { page: 1, offset: 2 },
  { offset: 1 },
  { length: 1 },
  { pages: 2 },
  { pages: 2, offset: 1, length: 1 },
  { page: 1, length: 1 },
])('refuses %j, which is not a range', (range) => expect(schema.safeParse({ file, ...range }).success).toBe(false));

it('says what a call returned: all, a short count, an errno', () => {
  expect(ioResult({ result: 4096, call: 'pread' }, 4096)).toBe('all');
  expect(ioResult({ result: 100, call: 'pread' }, 4096)).toBe(100);
  expect(ioResult({ result: 0, call: 'pread' }, 4096)).toBe(0);
  expect(ioResult({ result: -1, call: 'pread', error: 'EIO' }, 4096)).toBe('EIO');
  expect(ioResult({ result: -1, call: 'pread' }, 4096)).toBe('EUNKNOWN');
  expect(seenWords({ result: -1, call: 'open', error: 'EIO' }, 4096)).toBe('open returned EIO');
  expect(seenWords({ result: 4096, call: 'pread' }, 4096)).toBe('pread returned all 4096 bytes');
  expect(['all' as const, 0, 'EIO'].map(resultWords)).toEqual(['all', '0 bytes', 'EIO']);
});

it.each([
  ['all', 'all', true],
  [100, 100, true],
  [100, 'all', false],
  [100, 'short', true],
  [0, 'short', false],
  ['all', 'short', false],
  ['EIO', 'short', false],
  ['EIO', 'EIO', true],
] as const)('a call that returned %s, where %s is expected: %s', (seen, expected, met) =>
  expect(isResult(seen, expected)).toBe(met),
);
