// SPDX-License-Identifier: GPL-2.0-only
// What all filesystems have in common: a device and a mount point.

import { z } from 'zod';
import type { GuestRequest } from '../guest/request.ts';
import { LayerError, run, type Device, type Mount, type Stack } from './layer.ts';

/** The keys that every filesystem layer has. */
export const filesystemKeys = {
  device: z.string().describe('Device that the filesystem is made on'),
  mount: z
    .string()
    .regex(/^\/\w[\w./-]*$/, 'an absolute path such as /mnt')
    .describe('Mount point'),
  'mount-options': z.array(z.string()).prefault(['dax=always']).describe('Mount options'),
};

/** Adds a mount to a stack, after the requests that make the filesystem. */
export function addMount(
  stack: Stack,
  device: Device,
  type: Mount['type'],
  spec: { mount: string; options: string[] },
  also: Pick<Mount, 'logDevice' | 'realtimeDevice'> = {},
): void {
  const { mount: path, options } = spec;
  if (stack.mounts.has(path)) throw new LayerError(`two filesystems have the mount point ${path}`);
  const requests: GuestRequest[] = [
    run(`make ${path}`, 'mkdir', '-p', path),
    run(`mount ${device.name}`, 'mount', '-t', type, '-o', options.join(','), device.path, path),
  ];
  stack.requests.push(...requests);
  stack.mounts.set(path, { path, device: device.name, type, requests, ...also });
}
