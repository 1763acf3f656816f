// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { driverOf } from '../../../harness/scenario/steps/unbind.ts';
import { planStack } from '../../storage/plan-stack.ts';
import { ran, stepTest } from './take-step.ts';

describe('the driver that unbind and bind mean', () => {
  const context = {
    stack: planStack('- namespace: {name: pmem0}\n- devdax: {name: dax1.0}'),
    facts: {
      'pmem0 device': '/sys/devices/ndbus0/region0/pfn0.1',
      'dax1.0 device': '/sys/devices/ndbus0/region1/dax1.1',
    },
  };

  it.each([
    ['pmem0', undefined, '/sys/bus/nd/drivers/nd_pmem', 'pfn0.1'],
    ['dax1.0', undefined, '/sys/bus/nd/drivers/dax_pmem', 'dax1.1'],
    ['dax1.0', 'device_dax', '/sys/bus/dax/drivers/device_dax', 'dax1.0'],
  ] as const)('%s, %s', (device, driver, folder, name) =>
    expect(driverOf(context, device, driver)).toEqual({ folder, name }),
  );
});

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
