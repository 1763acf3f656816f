// SPDX-License-Identifier: GPL-2.0-only
// What every filesystem has in common: it lies on a device and is mounted at a path.

import { z } from 'zod';
import type { GuestRequest } from '../guest/request.ts';
import { LayerError, run, type Device, type Mount, type Stack } from './layer.ts';

/** The keys that every filesystem layer has. */
export const filesystemKeys = {
  on: z.string().describe('The device'),
  at: z
    .string()
    .regex(/^\/\w[\w./-]*$/, 'an absolute path such as /mnt')
    .describe('Where it is mounted'),
  mount: z.array(z.string()).prefault(['dax=always']).describe('Mount options'),
};

/** Adds a mount to a stack, after the requests that made the filesystem. */
export function addMount(
  stack: Stack,
  device: Device,
  type: Mount['type'],
  spec: { at: string; mount: string[] },
  also: Pick<Mount, 'log' | 'realtime'> = {},
): void {
  if (stack.mounts.has(spec.at)) throw new LayerError(`there are two filesystems at ${spec.at}`);
  const mount: GuestRequest[] = [
    run(`make ${spec.at}`, 'mkdir', '-p', spec.at),
    run(`mount ${device.name}`, 'mount', '-t', type, '-o', spec.mount.join(','), device.path, spec.at),
  ];
  stack.requests.push(...mount);
  stack.mounts.set(spec.at, { at: spec.at, device: device.name, type, mount, ...also });
}
