// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { stepTest } from './take-step.ts';

const right = { wrong: [], failed: [] };

it('verifies every page', async () => {
  const { take, asked } = stepTest({ verify: right });
  expect(await take('data: /mnt/data')).toEqual({ ok: true, seen: '8 pages as written' });
  expect(asked()).toEqual([['verify', { file: '/mnt/data', page: 0, pages: 8, seed: 1 }]]);
});

it('leaves exceptions out', async () => {
  const { take, asked } = stepTest({ verify: right });
  expect(await take('data: {file: /mnt/data, except: [3]}')).toEqual({ ok: true, seen: '7 pages as written' });
  expect(asked().map(([, args]) => args)).toEqual([
    { file: '/mnt/data', page: 0, pages: 3, seed: 1 },
    { file: '/mnt/data', page: 4, pages: 4, seed: 1 },
  ]);
});

it.each([
  ['another pattern', { wrong: [{ page: 2, holds: 77 }], failed: [] }, 'page 2 holds pattern 77 instead of pattern 1'],
  ['no pattern', { wrong: [{ page: 2 }], failed: [] }, 'page 2 holds something else'],
  ['a page that cannot be read', { wrong: [], failed: [{ page: 5, error: 'EIO' }] }, 'reading page 5 returned EIO'],
  ['a file that cannot be opened', { ...right, call: 'open', error: 'ENOENT' }, 'opening /mnt/data returned ENOENT'],
])('is not met by %s', async (_what, verify, seen) => {
  expect(await stepTest({ verify }).take('data: /mnt/data')).toEqual({
    ok: false,
    wanted: 'every page of /mnt/data as written',
    seen,
  });
});

it('is not met when the content of every page is unknown, for nothing was compared', async () => {
  const { take, context } = stepTest();
  context.files.get('/mnt/data')?.seeds.fill(0);
  expect((await take('data: /mnt/data')).ok).toBe(false);
});
