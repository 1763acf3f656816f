// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { baseOfSeries } from '../../../harness/kernel/series/base-of-series.ts';
import { parseSeriesWord, seriesName } from '../../../harness/kernel/series/series-word.ts';

test.each([
  ['a/b.patch', { kind: 'place', path: 'a/b.patch' }],
  ['git:a@x..y', { kind: 'range', repository: 'a', range: 'x..y' }],
  ['b4:1@localhost', { kind: 'message', id: '1@localhost' }],
  ['b4:prep', { kind: 'prep', repository: '.' }],
  ['b4:prep@/src/linux', { kind: 'prep', repository: '/src/linux' }],
  ['http://localhost/all/1@localhost/raw', { kind: 'address', url: new URL('http://localhost/all/1@localhost/raw') }],
])('%s', (word, parsed) => {
  expect(parseSeriesWord(word)).toEqual(parsed);
});

test('a series from an archive is named by its message-id', () => {
  expect(seriesName('https://archive.localhost/all/20261120.1-2%40localhost/t.mbox.gz')).toBe('20261120.1-2@localhost');
  expect(seriesName('https://archive.localhost/patches/fix.mbox.gz')).toBe('fix');
});

test('a range starts from its base; patches alone have none', async () => {
  expect(await baseOfSeries('git:/src/linux@v7.2..mine')).toBe('git:/src/linux@v7.2');
  expect(await baseOfSeries('a.patch')).toBeUndefined();
});
