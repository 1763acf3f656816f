// SPDX-License-Identifier: GPL-2.0-only
// A partition of a namespace, for what filesystems do with an offset below them (XFS: bt_dax_part_off).

import { z } from 'zod';
import { parseSize } from '../host/size.ts';
import { addDevice, freeDeviceOf, LayerError, layerKind, run } from './layer.ts';

const mebi = 2 ** 20;

const schema = z.strictObject({
  on: z.string().describe('The namespace; its partition table is written anew'),
  start: z.string().prefault('2M').describe('Where the partition begins; a multiple of 2M keeps DAX possible'),
  size: z.string().optional().describe('All that is left if not said'),
});

export const partition = layerKind({
  key: 'partition',
  title: 'One partition of a namespace: pmem0p1',
  example: '{on: pmem0, start: 2M}',
  schema,
  modules: [],
  lay(spec, { stack }) {
    const whole = freeDeviceOf(stack, spec.on);
    if (whole.kind !== 'namespace') throw new LayerError(`${spec.on} is not a namespace`);
    const start = parseSize(spec.start) ?? 0;
    // The backup GPT takes the last 33 sectors; whole mebibytes keep clear of it.
    const rest = Math.floor((whole.bytes - start) / mebi - 1) * mebi;
    const bytes = spec.size === undefined ? rest : (parseSize(spec.size) ?? 0);
    if (start < mebi || start % 4096 !== 0)
      throw new LayerError(`start ${spec.start} is not a multiple of 4K of at least 1M`);
    if (spec.size !== undefined && (bytes === 0 || bytes % 4096 !== 0))
      throw new LayerError(`size ${spec.size} is not a multiple of 4K`);
    if (bytes <= 0 || bytes > rest)
      throw new LayerError(`the partition does not fit: at most ${Math.max(0, rest / mebi)}M`);
    const name = `${spec.on}p1`;
    stack.requests.push(
      {
        op: 'run',
        args: {
          argv: ['sfdisk', '--no-tell-kernel', '--wipe', 'always', whole.path],
          stdin: `label: gpt\nstart=${start / 512}, size=${bytes / 512}\n`,
        },
        why: `write a partition table to ${spec.on}`,
      },
      run(`have the kernel read it`, 'blockdev', '--rereadpt', whole.path),
      run(`see that ${name} is there`, 'test', '-b', `/dev/${name}`),
    );
    addDevice(stack, {
      name,
      path: `/dev/${name}`,
      kind: 'partition',
      bytes,
      below: (offset) => ({ device: spec.on, offset: offset + start }),
      on: [spec.on],
    });
  },
});
