// SPDX-License-Identifier: GPL-2.0-only
// ext4. Features that old kernels lack are switched off by name.

import { z } from 'zod';
import { pageBytes } from '../host/page.ts';
import { addMount, filesystemKeys } from './filesystem.ts';
import { freeDeviceOf, layerKind, run } from './layer.ts';

const schema = z.strictObject({
  ...filesystemKeys,
  mkfs: z.array(z.string()).prefault([]).describe('More arguments for mkfs.ext4'),
});

// orphan_file came with 5.15, after the oldest kernel; DAX needs blocks of the page size.
const features = ['-b', String(pageBytes), '-O', '^orphan_file', '-E', 'nodiscard'];

export const ext4 = layerKind({
  key: 'ext4',
  title: 'ext4; mounted with dax=always by default',
  example: '{device: pmem0, mount: /mnt}',
  schema,
  modules: ['ext4'],
  plan(spec, { stack }) {
    const device = freeDeviceOf(stack, spec.device);
    const argv = ['mkfs.ext4', '-F', '-q', ...features, ...spec.mkfs, device.path];
    stack.requests.push(run(`make ext4 on ${spec.device}`, ...argv));
    addMount(stack, device, 'ext4', { mount: spec.mount, options: spec['mount-options'] });
  },
});
