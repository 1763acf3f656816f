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

it('waits for what is found on a region later', async () => {
  let looks = 0;
  const { take, asked } = stepTest({ run: () => ran(++looks < 3 ? 1 : 0) });
  expect(await take('bind: {region: region0}')).toEqual({ ok: true, seen: 'region0 bound' });
  expect(asked()[0]).toEqual(['write', { path: '/sys/bus/nd/drivers/nd_region/bind', data: 'region0' }]);
  expect(asked().slice(1)).toEqual(Array.from({ length: 3 }, () => ['run', { argv: ['test', '-e', '/dev/pmem0'] }]));
});

it('is not met when a namespace of the bus does not appear', async () => {
  const { take } = stepTest({
    run: ({ argv }) =>
      argv[0] === 'realpath' ? ran(0, '/sys/bus/acpi/drivers/nfit\n') : ran(argv[2] === '/dev/pmem1' ? 1 : 0),
  });
  expect(await take('bind: {bus: ndbus0}', 60)).toEqual({
    ok: false,
    wanted: 'ndbus0 is bound and /dev/pmem0, /dev/pmem1 exist',
    seen: '/dev/pmem1 does not exist',
  });
});

it('knows the driver of a bus that was unbound, and of no other', async () => {
  let isBound = true;
  const { take, asked } = stepTest({
    run: ({ argv }) => (argv[0] === 'realpath' ? ran(isBound ? 0 : 1, '/sys/bus/acpi/drivers/nfit\n') : ran(0)),
  });
  await take('unbind: {bus: ndbus0}');
  isBound = false;
  expect((await take('bind: {bus: ndbus0}')).ok).toBe(true);
  expect(asked()[1]).toEqual(['write', { path: '/sys/bus/acpi/drivers/nfit/bind', data: 'ACPI0012:01' }]);
  const other = stepTest({ run: ran(1) });
  await expect(other.take('bind: {bus: ndbus0}')).rejects.toThrow('no driver has ACPI0012:01');
});
