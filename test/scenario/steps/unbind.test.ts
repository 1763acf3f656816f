// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { ran, stepTest } from './take-step.ts';

it('writes the name of the device to the driver', async () => {
  const { take, asked } = stepTest();
  expect(await take('unbind: pmem0')).toEqual({ ok: true, seen: 'pmem0 unbound in 12 ms' });
  expect(asked()).toEqual([['write', { path: '/sys/bus/nd/drivers/nd_pmem/unbind', data: 'pfn0.1' }]]);
});

it('writes the name that the device has after a command has made its namespace again', async () => {
  const { take, asked } = stepTest({
    run: ({ argv }) =>
      argv[0] === 'realpath' ? ran(0, '/sys/devices/ndbus0/region0/pfn0.2\n') : ran(0, '0x100200000\n'),
  });
  await take('run: "ndctl create-namespace -f -e namespace0.0 -m fsdax"');
  await take('unbind: pmem0');
  expect(asked()).toEqual([
    ['run', { argv: ['realpath', '/sys/block/pmem0/device'] }],
    ['run', { argv: ['cat', '/sys/block/pmem0/device/resource'] }],
    ['write', { path: '/sys/bus/nd/drivers/nd_pmem/unbind', data: 'pfn0.2' }],
  ]);
});

it('writes the name that it had, when it is not bound', async () => {
  const { take, asked } = stepTest({ run: ({ argv }) => ran(argv[0] === 'sh' ? 0 : 1) });
  await take('run: "ndctl list"');
  await take('unbind: pmem0');
  expect(asked().at(-1)).toEqual(['write', { path: '/sys/bus/nd/drivers/nd_pmem/unbind', data: 'pfn0.1' }]);
});

it('is not met by an errno', async () => {
  const { take } = stepTest({ write: { result: -1, call: 'write', error: 'ENODEV', durationMs: 1 } });
  expect(await take('unbind: pmem0')).toEqual({
    ok: false,
    wanted: 'pmem0 is unbound',
    seen: 'the write to /sys/bus/nd/drivers/nd_pmem/unbind returned ENODEV',
  });
});

it('takes a region, by its name', async () => {
  const { take, asked } = stepTest();
  expect(await take('unbind: {region: region0}')).toEqual({ ok: true, seen: 'region0 unbound in 12 ms' });
  expect(asked()).toEqual([['write', { path: '/sys/bus/nd/drivers/nd_region/unbind', data: 'region0' }]]);
});

it('takes the bus from the driver that has it, whatever the kernel calls that', async () => {
  const { take, asked } = stepTest({
    run: ({ argv }) => ran(0, argv[0] === 'realpath' ? '/sys/bus/platform/drivers/nfit\n' : ''),
  });
  expect(await take('unbind: {bus: ndbus0}')).toEqual({ ok: true, seen: 'ndbus0 unbound in 12 ms' });
  expect(asked()).toEqual([
    ['run', { argv: ['realpath', '-e', '/sys/devices/ACPI0012:01/driver'] }],
    ['write', { path: '/sys/bus/platform/drivers/nfit/unbind', data: 'ACPI0012:01' }],
  ]);
});

it.each([
  ['{region: pmem0}', 'the name of a region, such as region0'],
  ['{region: region2}', 'this scenario has no region `region2`'],
  ['{bus: nfit}', 'the name of an NVDIMM bus, such as ndbus0'],
  ['{bus: ndbus1}', 'this scenario has no bus `ndbus1`'],
])('refuses %s', async (args, message) => {
  const { take } = stepTest();
  await expect(take(`unbind: ${args}`)).rejects.toThrow(message);
});
