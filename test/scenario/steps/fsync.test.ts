// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { stepTest } from './take-step.ts';

it('is asked of the file', async () => {
  const { take, asked } = stepTest({ fsync: { result: 0, call: 'fsync' } });
  expect(await take('fsync: /mnt/data')).toEqual({ ok: true, seen: 'fsync succeeded' });
  expect(asked()).toEqual([['fsync', { file: '/mnt/data', dataOnly: false }]]);
});

it.each([
  ['{file: /mnt/data, data: true, returns: EIO}', { result: -1, error: 'EIO' }, true, 'fdatasync returned EIO'],
  ['{file: /mnt/data, data: true}', { result: -1, error: 'EIO' }, false, 'fdatasync returned EIO'],
  ['{file: /mnt/data, data: true, returns: EIO}', { result: 0 }, false, 'fdatasync succeeded'],
])('%s', async (args, reply, ok, seen) => {
  const { take } = stepTest({ fsync: { call: 'fdatasync', ...reply } });
  expect(await take(`fsync: ${args}`)).toMatchObject({ ok, seen });
});

it('refuses what is not an errno', async () => {
  await expect(stepTest().take('fsync: {file: /mnt/data, returns: error}')).rejects.toThrow('an errno such as EIO');
});
