// SPDX-License-Identifier: GPL-2.0-only
// dm-thin: a device of any size whose blocks come from a pool when they are written. It has no DAX.

import { z } from 'zod';
import { InfraError } from '../host/errors.ts';
import { pageBytes, sectorBytes } from '../host/page.ts';
import { parseSize } from '../host/size.ts';
import { addDmDevice, createDm, dmKeys } from './dm.ts';
import { freeDeviceOf, LayerError, layerKind, run } from './layer.ts';

const schema = z.strictObject({
  name: dmKeys.name,
  device: z.string().describe('The device that holds the blocks of the pool'),
  'metadata-device': z.string().describe('The device that holds the metadata of the pool'),
  size: z.string().prefault('1G').describe('Bytes that the device offers; they need not be there'),
});

/** Sectors of a block of the pool. */
const blockSectors = 128;

export const dmThin = layerKind({
  key: 'dm-thin',
  title: 'dm-thin: a device whose blocks come from a pool when they are written, without DAX',
  example: '{name: thin0, device: pmem0, metadata-device: pmem0.1, size: 2G}',
  schema,
  modules: ['dm_thin_pool'],
  isLate: true,
  plan({ name, device: below, 'metadata-device': metadataName, size }, { stack }) {
    const device = freeDeviceOf(stack, below);
    const metadata = freeDeviceOf(stack, metadataName);
    const bytes = parseSize(size) ?? 0;
    if (bytes === 0 || bytes % pageBytes !== 0) throw new LayerError(`size ${size} is not a multiple of 4K`);
    const pool = `${name}-pool`;
    const length = Math.floor(device.bytes / sectorBytes / blockSectors) * blockSectors;
    stack.requests.push(
      // Metadata that begins with zeros is formatted (Documentation/admin-guide/device-mapper/thin-provisioning.rst).
      run(`clear ${metadataName}`, 'dd', 'if=/dev/zero', `of=${metadata.path}`, 'bs=4096', 'count=1', 'conv=fsync'),
      ...createDm(pool, [`0 ${length} thin-pool ${metadata.path} ${device.path} ${blockSectors} 0`]),
      run(`make a thin device in ${pool}`, 'dmsetup', 'message', pool, '0', 'create_thin 0'),
    );
    addDmDevice(stack, name, [`0 ${bytes / sectorBytes} thin /dev/mapper/${pool} 0`], {
      bytes,
      below: () => {
        throw new InfraError(`where a block of ${name} is, is in the metadata of the pool`);
      },
      devices: [below, metadataName],
    });
  },
});
