// SPDX-License-Identifier: GPL-2.0-only
// dm-log-writes: a device as it is, and a log of what was written to it on another.

import { z } from 'zod';
import { sectorBytes } from '../host/page.ts';
import { addDmDevice } from './dm.ts';
import { freeDeviceOf, layerKind, type Place } from './layer.ts';

const schema = z.strictObject({
  name: z.string().describe('Name of the device: /dev/mapper/NAME'),
  on: z.string().describe('The device that is written through to'),
  log: z.string().describe('The device that takes the log; it needs no DAX, and nothing else may lie on it'),
});

export const dmLogWrites = layerKind({
  key: 'dm-log-writes',
  title: 'dm-log-writes over a device, its log on another',
  example: '{name: logged, on: pmem0, log: pmem0.1}',
  schema,
  modules: ['dm_log_writes'],
  lay(spec, { stack }) {
    const device = freeDeviceOf(stack, spec.on);
    const log = freeDeviceOf(stack, spec.log);
    const table = [`0 ${Math.floor(device.bytes / sectorBytes)} log-writes ${device.path} ${log.path}`];
    const below = (offset: number): Place => ({ device: spec.on, offset });
    addDmDevice(stack, spec.name, table, { bytes: device.bytes, below, on: [spec.on, spec.log] });
  },
});
