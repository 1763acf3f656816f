// SPDX-License-Identifier: GPL-2.0-only
// What every device-mapper target has in common: a name, a table, a device node.

import { z } from 'zod';
import type { GuestRequest } from '../guest/request.ts';
import { parseSize } from '../host/size.ts';
import { pageBytes } from '../host/page.ts';
import { addDevice, LayerError, run, type Device, type Stack } from './layer.ts';

/** The keys that several targets have. */
export const dmKeys = {
  name: z.string().describe('Name of the device: /dev/mapper/NAME'),
  offset: z.string().prefault('0').describe('Bytes left out at the start of each device below, such as 16M'),
};

/** The offset in bytes. @throws LayerError */
export function offsetBytes(offset: string): number {
  const bytes = parseSize(offset);
  if (bytes === undefined || bytes % pageBytes !== 0) throw new LayerError(`offset ${offset} is not a multiple of 4K`);
  return bytes;
}

/** The requests that create a device-mapper device. `table`: lines of START LENGTH TARGET ARGS, in sectors. */
export function createDm(name: string, table: readonly string[]): GuestRequest[] {
  return [
    {
      op: 'run',
      // There is no udev in the guest: dmsetup must make the node itself.
      args: { argv: ['dmsetup', 'create', name, '--table', table.join('\n')], env: { DM_DISABLE_UDEV: '1' } },
      why: `create ${name}`,
    },
    run(`check that ${name} exists`, 'test', '-b', `/dev/mapper/${name}`),
  ];
}

/** Adds a device-mapper device to a stack. `table`: lines of START LENGTH TARGET ARGS, in sectors. */
export function addDmDevice(
  stack: Stack,
  name: string,
  table: readonly string[],
  device: Pick<Device, 'bytes' | 'below' | 'devices'>,
): void {
  if (!/^[\w.-]+$/.test(name)) throw new LayerError(`\`${name}\` is not a device-mapper name`);
  const twice = device.devices.find((below, index) => device.devices.indexOf(below) !== index);
  if (twice !== undefined) throw new LayerError(`${name} uses \`${twice}\` twice`);
  stack.requests.push(...createDm(name, table));
  addDevice(stack, { name, path: `/dev/mapper/${name}`, kind: 'dm', ...device });
}
