// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { ran, stepTest } from './take-step.ts';

it('runs fsfreeze --unfreeze', async () => {
  const { take, asked } = stepTest();
  expect(await take('thaw: /mnt')).toEqual({ ok: true, seen: '/mnt thawed' });
  expect(asked()).toEqual([['run', { argv: ['fsfreeze', '--unfreeze', '/mnt'] }]]);
});

it('is not met when fsfreeze fails', async () => {
  const { take } = stepTest({ run: ran(1, '', 'fsfreeze: /mnt: thaw failed: Input/output error') });
  expect(await take('thaw: /mnt')).toEqual({
    ok: false,
    wanted: '/mnt is thawed',
    seen: 'exit 1: fsfreeze: /mnt: thaw failed: Input/output error',
  });
});
