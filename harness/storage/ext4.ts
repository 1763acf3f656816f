// SPDX-License-Identifier: GPL-2.0-only
// ext4. Features that old kernels lack are switched off by name.

import { z } from 'zod';
import { pageBytes } from '../host/page.ts';
import { addMount, filesystemKeys } from './filesystem.ts';
import { freeDeviceOf, layerKind, run } from './layer.ts';

const schema = z.strictObject({
  ...filesystemKeys,
  mkfs: z.array(z.string()).prefault([]).describe('Further arguments of mkfs.ext4'),
});

export const ext4 = layerKind({
  key: 'ext4',
  title: 'ext4, mounted with dax=always if nothing else is said',
  example: '{on: pmem0, at: /mnt}',
  schema,
  modules: ['ext4'],
  lay(spec, { stack }) {
    const device = freeDeviceOf(stack, spec.on);
    stack.requests.push(
      run(
        `make ext4 on ${spec.on}`,
        // orphan_file came with 5.15, after the oldest kernel; 4 KiB blocks, because DAX wants blocks of a page's size.
        ...[
          'mkfs.ext4',
          '-F',
          '-q',
          '-b',
          String(pageBytes),
          '-O',
          '^orphan_file',
          '-E',
          'nodiscard',
          ...spec.mkfs,
          device.path,
        ],
      ),
    );
    addMount(stack, device, 'ext4', spec);
  },
});
