// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { ran, stepTest } from './take-step.ts';

it('unmounts the filesystem', async () => {
  const { take, asked, context } = stepTest();
  expect(await take('unmount: /mnt')).toEqual({ ok: true, seen: '/mnt unmounted' });
  expect(asked()).toEqual([['run', { argv: ['umount', '/mnt'] }]]);
  expect([...context.mounted]).toEqual(['/ext4']);
});

it('is not met when umount fails; the filesystem then counts as mounted', async () => {
  const { take, context } = stepTest({ run: ran(32, '', 'umount: /mnt: target is busy.') });
  expect(await take('unmount: /mnt')).toEqual({
    ok: false,
    wanted: 'umount /mnt succeeds',
    seen: 'exit 32: umount: /mnt: target is busy.',
  });
  expect(context.mounted.has('/mnt')).toBe(true);
});
