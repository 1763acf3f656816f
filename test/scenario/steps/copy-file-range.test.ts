// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { stepTest } from './take-step.ts';

const step = 'copy-file-range: {file: /mnt/data, page: 2, pages: 2, target: /mnt/other}';

it('copies what the file should hold', async () => {
  const { take, asked, context } = stepTest({ 'copy-range': { result: 8192, call: 'copy_file_range' } });
  expect(await take(step)).toEqual({ ok: true, seen: 'copy_file_range returned all 8192 bytes' });
  expect(asked()).toEqual([
    ['copy-range', { file: '/mnt/data', offset: 8192, length: 8192, target: '/mnt/other', targetOffset: 8192 }],
  ]);
  expect(context.files.get('/mnt/other')?.seeds).toEqual([2, 2, 1, 1, 2, 2, 2, 2]);
});

it('copies as much as the call says', async () => {
  const { take, context } = stepTest({ 'copy-range': { result: 4096, call: 'copy_file_range' } });
  expect(await take(step.replace('}', ', returns: short}'))).toMatchObject({ ok: true });
  expect(context.files.get('/mnt/other')?.seeds).toEqual([2, 2, 1, 2, 2, 2, 2, 2]);
});

it('does not know a pattern at another place', async () => {
  const { take, context } = stepTest({ 'copy-range': { result: 8192, call: 'copy_file_range' } });
  await take(step.replace('}', ', target-page: 0}'));
  expect(context.files.get('/mnt/other')?.seeds).toEqual([0, 0, 2, 2, 2, 2, 2, 2]);
});

it('shows what the call returned', async () => {
  const { take } = stepTest({ 'copy-range': { result: -1, call: 'copy_file_range', error: 'EIO' } });
  expect(await take(step)).toEqual({
    ok: false,
    wanted: 'copy_file_range of pages 2-3 of /mnt/data returns all',
    seen: 'copy_file_range returned EIO',
  });
});
