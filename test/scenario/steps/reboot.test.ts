// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { stepTest } from './take-step.ts';

it('resets the guest, loads its modules again, and counts nothing as mounted', async () => {
  const { take, asked, fake, context } = stepTest({ modprobe: { failed: [] } });
  const { ok, seen } = await take('reboot');
  expect(ok).toBe(true);
  expect(seen).toMatch(/^up again after \d+\.\d s$/);
  expect(fake.reboots).toHaveLength(1);
  expect(asked()).toEqual([['modprobe', { modules: ['nd_pmem', 'xfs'] }]]);
  expect(context.mounted.size).toBe(0);
});

it('is not met when a module cannot be loaded', async () => {
  const { take } = stepTest({ modprobe: { failed: [{ module: 'xfs', error: 'Invalid argument' }] } });
  expect(await take('reboot')).toEqual({
    ok: false,
    wanted: 'every module is loaded again',
    seen: 'xfs: Invalid argument',
  });
});
