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
  const requests = mountRequests({ type, source: device.path, path, options }, device.name);
  stack.requests.push(...requests);
  stack.mounts.set(path, { path, device: device.name, type, requests, ...also });
}

/** The requests that mount a filesystem. `what`: for people. */
export function mountRequests(
  { type, source, path, options }: { type: Mount['type']; source: string; path: string; options: string[] },
  what: string,
): GuestRequest[] {
  return [
    run(`make ${path}`, 'mkdir', '-p', path),
    run(`mount ${what}`, 'mount', '-t', type, '-o', options.join(','), source, path),
  ];
}
