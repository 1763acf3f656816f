// SPDX-License-Identifier: GPL-2.0-only
// dm-mirror: RAID 1 over two or more devices. It has no DAX.

import { z } from 'zod';
import { sectorBytes } from '../host/page.ts';
import { addDmDevice, dmKeys } from './dm.ts';
import { freeDeviceOf, layerKind } from './layer.ts';

const schema = z.strictObject({
  name: dmKeys.name,
  devices: z.array(z.string()).min(2).describe('The legs; they are taken as equal, and not synced'),
});

/** Sectors of a region, of which the log notes whether it is in sync. */
const regionSectors = 1024;

export const dmMirror = layerKind({
  key: 'dm-mirror',
  title: 'dm-mirror: RAID 1 over two or more devices, without DAX',
  example: '{name: mirror0, devices: [pmem0, pmem1]}',
  schema,
  modules: ['dm_mirror'],
  isLate: true,
  plan({ name, devices: names }, { stack }) {
    const legs = names.map((one) => freeDeviceOf(stack, one));
    const bytes = Math.min(...legs.map((leg) => leg.bytes));
    const places = legs.map(({ path }) => `${path} 0`).join(' ');
    const args = `core 2 ${regionSectors} nosync ${legs.length} ${places} 1 handle_errors`;
    const [first = ''] = names;
    addDmDevice(stack, name, [`0 ${Math.floor(bytes / sectorBytes)} mirror ${args}`], {
      bytes,
      // Reads come from the first leg as long as it works.
      below: (offset) => ({ device: first, offset }),
      devices: names,
    });
  },
});
