// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { takeLater } from './take-later.ts';

it('writes the file when its step comes', async () => {
  const { reports, asked } = await takeLater('- create: /mnt/new\n- start: late');
  expect(reports[0]).toEqual({ ok: true, seen: '/mnt/new written' });
  expect(asked[0]).toBe('fill');
});

it('shows why it could not', async () => {
  const fails = { fill: { call: 'open', error: 'EIO' } };
  const { reports } = await takeLater('- create: /mnt/new\n- start: late', fails);
  expect(reports[0]).toMatchObject({ ok: false, seen: 'write /mnt/new: open: EIO' });
});
