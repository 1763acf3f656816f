// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { stepTest } from './take-step.ts';

it('changes what the file should hold', async () => {
  const { take, asked, context } = stepTest({ truncate: { result: 0, call: 'ftruncate' } });
  expect((await take('truncate: {file: /mnt/data, pages: 2}')).ok).toBe(true);
  expect(asked()).toEqual([['truncate', { file: '/mnt/data', length: 8192 }]]);
  expect(context.files.get('/mnt/data')?.seeds).toEqual([1, 1]);
  await take('truncate: {file: /mnt/data, pages: 4}');
  expect(context.files.get('/mnt/data')?.seeds).toEqual([1, 1, 256, 256]);
});

it('that fails changes nothing', async () => {
  const { take, context } = stepTest({ truncate: { result: -1, call: 'ftruncate', error: 'EIO' } });
  const report = await take('truncate: {file: /mnt/data, length: 12388, returns: EIO}');
  expect(report).toEqual({ ok: true, seen: 'ftruncate returned EIO' });
  expect(context.files.get('/mnt/data')?.seeds).toHaveLength(8);
});

it('needs a length', async () => {
  await expect(stepTest().take('truncate: {file: /mnt/data}')).rejects.toThrow('needs either `pages` or `length`');
});
