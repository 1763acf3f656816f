// SPDX-License-Identifier: GPL-2.0-only
// dm-log-writes: passes a device through, and logs every write on another device.

import { z } from 'zod';
import { sectorBytes } from '../host/page.ts';
import { addDmDevice, dmKeys } from './dm.ts';
import { freeDeviceOf, layerKind, type Place } from './layer.ts';

const schema = z.strictObject({
  name: dmKeys.name,
  device: z.string().describe('The device below'),
  'log-device': z.string().describe('The device that holds the log; it needs no DAX, and nothing else can use it'),
});

export const dmLogWrites = layerKind({
  key: 'dm-log-writes',
  title: 'dm-log-writes over a device, with its log on another',
  example: '{name: logged, device: pmem0, log-device: pmem0.1}',
  schema,
  modules: ['dm_log_writes'],
  plan(spec, { stack }) {
    const device = freeDeviceOf(stack, spec.device);
    const log = freeDeviceOf(stack, spec['log-device']);
    const table = [`0 ${Math.floor(device.bytes / sectorBytes)} log-writes ${device.path} ${log.path}`];
    const below = (offset: number): Place => ({ device: spec.device, offset });
    addDmDevice(stack, spec.name, table, { bytes: device.bytes, below, devices: [device.name, log.name] });
  },
});
