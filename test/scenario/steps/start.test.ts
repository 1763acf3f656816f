// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { takeLater } from './take-later.ts';

it('starts every process when its step comes', async () => {
  const { reports, asked } = await takeLater('- create: /mnt/new\n- start: late');
  expect(reports).toEqual([
    { ok: true, seen: '/mnt/new written' },
    { ok: true, seen: '2 of late started' },
  ]);
  expect(asked).toEqual(['fill', 'spawn', 'map', 'touch', 'spawn', 'map', 'touch']);
});

it('changes what files hold only then', async () => {
  const { context } = await takeLater(
    '- create: /mnt/new\n- write: {file: /mnt/new, page: 0}\n- start: late\n- write: {file: /mnt/new, page: 1}',
    { pwrite: ({ length }) => ({ result: length, call: 'pwrite' }) },
  );
  // The processes stored the pattern of the file again.
  expect(context.files.get('/mnt/new')?.seeds).toEqual([2, 129, 2, 2]);
});

it('may not be able to map their file', async () => {
  const text = '- create: /mnt/new\n- start: {processes: late, returns: EIO}';
  const failed = await takeLater(text, { map: { addr: '', call: 'open', error: 'EIO' } });
  expect(failed.reports[1]).toEqual({ ok: true, seen: '2 of late got EIO' });
  expect(failed.asked).toEqual(['fill', 'spawn', 'map', 'spawn', 'map']);
  const mapped = await takeLater(text);
  expect(mapped.reports[1]).toMatchObject({ ok: false, seen: 'late/1: mmap succeeded' });
  const trouble = await takeLater('- create: /mnt/new\n- start: late', {
    map: { addr: '', call: 'open', error: 'EIO' },
  });
  expect(trouble.reports[1]).toMatchObject({ ok: false, seen: 'map /mnt/new in late/1: open: EIO' });
});
