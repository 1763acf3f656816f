// SPDX-License-Identifier: GPL-2.0-only
// dm-dust: a device with bad blocks of its own, which a write makes good. It has no DAX. Debian builds no dm-dust.

import { z } from 'zod';
import { pageBytes, sectorBytes } from '../host/page.ts';
import { addDmDevice, dmKeys } from './dm.ts';
import { freeDeviceOf, layerKind, run } from './layer.ts';

const schema = z.strictObject({
  name: dmKeys.name,
  device: z.string().describe('The device below'),
  blocks: z
    .array(z.int().min(0))
    .min(1)
    .describe('Numbers of the blocks of 4K that cannot be read until they are written'),
});

export const dmDust = layerKind({
  key: 'dm-dust',
  title: 'dm-dust: a device with blocks that cannot be read until they are written, without DAX',
  example: '{name: dust0, device: pmem0, blocks: [1000]}',
  schema,
  modules: ['dm_dust'],
  isLate: true,
  plan({ name, device: below, blocks }, { stack }) {
    const device = freeDeviceOf(stack, below);
    const table = [`0 ${Math.floor(device.bytes / sectorBytes)} dust ${device.path} 0 ${pageBytes}`];
    addDmDevice(stack, name, table, {
      bytes: device.bytes,
      below: (offset) => ({ device: below, offset }),
      devices: [below],
    });
    const message = (...words: string[]): void => {
      stack.requests.push(run(`${words.join(' ')} of ${name}`, 'dmsetup', 'message', name, '0', ...words));
    };
    for (const block of blocks) message('addbadblock', String(block));
    message('enable');
  },
});
