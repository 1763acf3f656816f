// SPDX-License-Identifier: GPL-2.0-only
// dm-snapshot: a device and a snapshot of it as it is now. Neither has DAX.

import { z } from 'zod';
import { InfraError } from '../host/errors.ts';
import { sectorBytes } from '../host/page.ts';
import { addDmDevice, dmKeys } from './dm.ts';
import { freeDeviceOf, layerKind } from './layer.ts';

const schema = z.strictObject({
  name: dmKeys.name.describe('Name of the snapshot: /dev/mapper/NAME'),
  origin: z.string().describe('Name of the device that can be written: /dev/mapper/NAME'),
  device: z.string().describe('The device below the origin'),
  'cow-device': z.string().describe('The device that holds what the two differ in'),
});

/** Sectors in which differences are kept. */
const chunkSectors = 8;

export const dmSnapshot = layerKind({
  key: 'dm-snapshot',
  title: 'dm-snapshot: a device, under a name of its own, and a snapshot of it; neither has DAX',
  example: '{name: snapshot0, origin: origin0, device: pmem0, cow-device: pmem0.1}',
  schema,
  modules: ['dm_snapshot'],
  isLate: true,
  plan({ name, origin, device: below, 'cow-device': cowName }, { stack }) {
    const device = freeDeviceOf(stack, below);
    const cow = freeDeviceOf(stack, cowName);
    const length = Math.floor(device.bytes / sectorBytes);
    const { bytes } = device;
    const place = (offset: number): { device: string; offset: number } => ({ device: below, offset });
    addDmDevice(stack, name, [`0 ${length} snapshot ${device.path} ${cow.path} N ${chunkSectors}`], {
      bytes,
      below: () => {
        throw new InfraError(`where a block of ${name} is, is in the metadata of the snapshot`);
      },
      devices: [cowName],
    });
    addDmDevice(stack, origin, [`0 ${length} snapshot-origin ${device.path}`], {
      bytes,
      below: place,
      devices: [below],
    });
  },
});
