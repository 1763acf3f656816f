// SPDX-License-Identifier: GPL-2.0-only
// An ordinary disk, without DAX: a loop device over a file in memory, so that checkpoints have its content.

import { z } from 'zod';
import { parseSize } from '../host/size.ts';
import { pageBytes } from '../host/page.ts';
import { addDevice, LayerError, layerKind, run } from './layer.ts';

const schema = z.strictObject({
  name: z
    .string()
    .regex(/^disk\d$/, 'a name such as disk0')
    .describe('Name of the disk: /dev/loop0 is `disk0`'),
  size: z.string().prefault('64M').describe('Bytes; what is written to it takes memory of the guest'),
});

export const disk = layerKind({
  key: 'disk',
  title: 'An ordinary disk, which has no DAX: a loop device over a file in memory',
  example: '{name: disk0, size: 64M}',
  schema,
  modules: ['loop'],
  isLate: true,
  plan({ name, size }, { stack }) {
    const bytes = parseSize(size);
    if (bytes === undefined || bytes % pageBytes !== 0) throw new LayerError(`size ${size} is not a multiple of 4K`);
    const path = `/dev/loop${name.slice('disk'.length)}`;
    const image = `/run/${name}`;
    stack.requests.push(
      run(`make ${image}`, 'truncate', '-s', String(bytes), image),
      run(`make ${name}`, 'losetup', path, image),
    );
    addDevice(stack, { name, path, kind: 'disk', bytes, below: undefined, devices: [] });
  },
});
