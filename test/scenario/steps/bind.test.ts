// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { ran, stepTest } from './take-step.ts';

it('writes the name of the device to the driver, and checks that its node exists', async () => {
  const { take, asked } = stepTest();
  expect(await take('bind: pmem0')).toEqual({ ok: true, seen: 'pmem0 bound' });
  expect(asked()).toEqual([
    ['write', { path: '/sys/bus/nd/drivers/nd_pmem/bind', data: 'pfn0.1' }],
    ['run', { argv: ['test', '-e', '/dev/pmem0'] }],
  ]);
});

it('is not met by an errno', async () => {
  const { take, asked } = stepTest({ write: { result: -1, call: 'write', error: 'ENXIO', durationMs: 1 } });
  expect(await take('bind: pmem0')).toMatchObject({
    ok: false,
    seen: 'the write to /sys/bus/nd/drivers/nd_pmem/bind returned ENXIO',
  });
  expect(asked()).toHaveLength(1);
});

it('is not met when the node is missing', async () => {
  const { take } = stepTest({ run: ran(1) });
  expect(await take('bind: pmem0')).toEqual({
    ok: false,
    wanted: 'pmem0 is bound and /dev/pmem0 exists',
    seen: '/dev/pmem0 does not exist',
  });
});
