// SPDX-License-Identifier: GPL-2.0-only
// Partitions of a namespace, one after the other, for what filesystems do with an offset below them (XFS: bt_dax_part_off).

import { z } from 'zod';
import { pageBytes, sectorBytes } from '../host/page.ts';
import { parseSize } from '../host/size.ts';
import { addDevice, deviceOf, freeDeviceOf, isTaken, LayerError, layerKind, run } from './layer.ts';

const mebi = 2 ** 20;

const schema = z.strictObject({
  on: z.string().describe('The namespace; the first partition of it writes its partition table anew'),
  start: z.string().prefault('2M').describe('Where the partition begins; a multiple of 2M keeps DAX possible'),
  size: z.string().optional().describe('All that is left if not said'),
});

export const partition = layerKind({
  key: 'partition',
  title: 'A partition of a namespace: pmem0p1, then pmem0p2 and so on',
  example: '{on: pmem0, start: 2M}',
  schema,
  modules: [],
  lay(spec, { stack }) {
    const earlier = [...stack.devices.values()].filter(({ kind, on }) => kind === 'partition' && on.includes(spec.on));
    const taken = earlier.find(({ name }) => isTaken(stack, name));
    if (taken !== undefined)
      throw new LayerError(`the partitions of ${spec.on} come before what lies on them: \`${taken.name}\` is taken`);
    const whole = earlier.length === 0 ? freeDeviceOf(stack, spec.on) : deviceOf(stack, spec.on);
    if (whole.kind !== 'namespace') throw new LayerError(`${spec.on} is not a namespace`);
    const start = parseSize(spec.start) ?? 0;
    // The backup GPT takes the last 33 sectors; whole mebibytes keep clear of it.
    const rest = Math.floor((whole.bytes - start) / mebi - 1) * mebi;
    const bytes = spec.size === undefined ? rest : (parseSize(spec.size) ?? 0);
    if (start < mebi || start % pageBytes !== 0)
      throw new LayerError(`start ${spec.start} is not a multiple of 4K of at least 1M`);
    if (spec.size !== undefined && (bytes === 0 || bytes % pageBytes !== 0))
      throw new LayerError(`size ${spec.size} is not a multiple of 4K`);
    if (bytes <= 0 || bytes > rest)
      throw new LayerError(`the partition does not fit: at most ${Math.max(0, rest / mebi)}M`);
    const end = Math.max(0, ...earlier.map((one) => (one.below?.(0).offset ?? 0) + one.bytes));
    if (start < end)
      throw new LayerError(`start ${spec.start} is within the partition before, which ends at ${end / mebi}M`);
    const name = `${spec.on}p${earlier.length + 1}`;
    stack.requests.push(
      {
        op: 'run',
        args: {
          argv: [
            'sfdisk',
            '--no-tell-kernel',
            ...(earlier.length === 0 ? ['--wipe', 'always'] : ['--append']),
            whole.path,
          ],
          stdin: `${earlier.length === 0 ? 'label: gpt\n' : ''}start=${start / sectorBytes}, size=${bytes / sectorBytes}\n`,
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
