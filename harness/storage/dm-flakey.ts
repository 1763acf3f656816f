// SPDX-License-Identifier: GPL-2.0-only
// dm-flakey: a device that works for some seconds and fails for some others. It has no DAX.

import { z } from 'zod';
import { sectorBytes } from '../host/page.ts';
import { addDmDevice, dmKeys } from './dm.ts';
import { freeDeviceOf, LayerError, layerKind } from './layer.ts';

const schema = z.strictObject({
  name: dmKeys.name,
  device: z.string().describe('The device below'),
  up: z.int().min(0).prefault(60).describe('Seconds in which it works'),
  down: z.int().min(0).prefault(0).describe('Seconds in which it does not, after those'),
  when: z
    .enum(['all', 'reads', 'writes', 'drop-writes'])
    .prefault('all')
    .describe('What fails while it does not work: all, only reads or writes, or writes get lost without an error'),
});

/** The features of the target (Documentation/admin-guide/device-mapper/dm-flakey.rst). */
const features = { all: '', reads: ' 1 error_reads', writes: ' 1 error_writes', 'drop-writes': ' 1 drop_writes' };

export const dmFlakey = layerKind({
  key: 'dm-flakey',
  title: 'dm-flakey: a device that fails from time to time, without DAX',
  example: '{name: flakey0, device: pmem0, up: 0, down: 60, when: writes}',
  schema,
  modules: ['dm_flakey'],
  isLate: true,
  plan({ name, device: below, up, down, when }, { stack }) {
    const device = freeDeviceOf(stack, below);
    if (up + down === 0) throw new LayerError(`${name} neither works nor fails: \`up\` and \`down\` are 0`);
    const table = [
      `0 ${Math.floor(device.bytes / sectorBytes)} flakey ${device.path} 0 ${up} ${down}${features[when]}`,
    ];
    addDmDevice(stack, name, table, {
      bytes: device.bytes,
      below: (offset) => ({ device: below, offset }),
      devices: [below],
    });
  },
});
