// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { ran, stepTest } from './take-step.ts';

it('runs fsfreeze --freeze', async () => {
  const { take, asked } = stepTest();
  expect(await take('freeze: /mnt')).toEqual({ ok: true, seen: '/mnt frozen' });
  expect(asked()).toEqual([['run', { argv: ['fsfreeze', '--freeze', '/mnt'] }]]);
});

it('is not met when fsfreeze fails', async () => {
  const { take } = stepTest({ run: ran(1, '', 'fsfreeze: /mnt: freeze failed: Input/output error') });
  expect(await take('freeze: /mnt')).toEqual({
    ok: false,
    wanted: '/mnt is frozen',
    seen: 'exit 1: fsfreeze: /mnt: freeze failed: Input/output error',
  });
});
