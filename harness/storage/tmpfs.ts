// SPDX-License-Identifier: GPL-2.0-only
// tmpfs: files in memory, without a device.

import { z } from 'zod';
import { parseSize } from '../host/size.ts';
import { filesystemKeys, mountRequests } from './filesystem.ts';
import { LayerError, layerKind } from './layer.ts';

const schema = z.strictObject({
  mount: filesystemKeys.mount,
  size: z.string().prefault('64M').describe('Bytes that its files may take'),
  'mount-options': z.array(z.string()).prefault([]).describe('More mount options, such as huge=always'),
});

export const tmpfs = layerKind({
  key: 'tmpfs',
  title: 'tmpfs: files in memory, which have no place on a device; poison them with `mapping`',
  example: '{mount: /memory}',
  schema,
  modules: [],
  plan(spec, { stack }) {
    const { mount: path, size } = spec;
    if (stack.mounts.has(path)) throw new LayerError(`two filesystems have the mount point ${path}`);
    const bytes = parseSize(size);
    if (bytes === undefined) throw new LayerError(`\`${size}\` is not a size such as 64M`);
    const options = [`size=${bytes}`, ...spec['mount-options']];
    const requests = mountRequests({ type: 'tmpfs', source: 'tmpfs', path, options }, `tmpfs at ${path}`);
    stack.requests.push(...requests);
    stack.mounts.set(path, { path, device: '', type: 'tmpfs', requests });
  },
});
