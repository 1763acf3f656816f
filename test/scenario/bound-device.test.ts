// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { driverOf } from '../../harness/scenario/bound-device.ts';
import { planStack } from '../storage/plan-stack.ts';

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
] as const)('the driver of %s, %s', (device, driver, folder, name) =>
  expect(driverOf(context, device, driver)).toEqual({ folder, name }),
);
