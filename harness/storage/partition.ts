// SPDX-License-Identifier: GPL-2.0-only
// Partitions of a namespace: filesystems must add the offset of theirs (XFS: bt_dax_part_off).

import { z } from 'zod';
import { pageBytes, sectorBytes } from '../host/page.ts';
import { parseSize } from '../host/size.ts';
import { addDevice, deviceOf, freeDeviceOf, isInUse, LayerError, layerKind, run } from './layer.ts';

const mebi = 2 ** 20;

const schema = z.strictObject({
  device: z.string().describe('The namespace; its first partition writes a new partition table'),
  start: z.string().prefault('2M').describe('Offset of the partition; DAX needs a multiple of 2M'),
  size: z.string().optional().describe('Bytes; all that is left by default'),
});

export const partition = layerKind({
  key: 'partition',
  title: 'A partition of a namespace: pmem0p1, then pmem0p2 and so on',
  example: '{device: pmem0, start: 2M}',
  schema,
  modules: [],
  plan(spec, { stack }) {
    const earlier = [...stack.devices.values()].filter(
      ({ kind, devices }) => kind === 'partition' && devices.includes(spec.device),
    );
    const taken = earlier.find(({ name }) => isInUse(stack, name));
    if (taken !== undefined)
      throw new LayerError(
        `the partitions of ${spec.device} must come before the layers that use them: \`${taken.name}\` is in use`,
      );
    const whole = earlier.length === 0 ? freeDeviceOf(stack, spec.device) : deviceOf(stack, spec.device);
    if (whole.kind !== 'namespace') throw new LayerError(`${spec.device} is not a namespace`);
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
      throw new LayerError(`start ${spec.start} is inside the previous partition, which ends at ${end / mebi}M`);
    const name = `${spec.device}p${earlier.length + 1}`;
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
        why: `write a partition table to ${spec.device}`,
      },
      run(`make the kernel read it`, 'blockdev', '--rereadpt', whole.path),
      run(`check that ${name} exists`, 'test', '-b', `/dev/${name}`),
    );
    addDevice(stack, {
      name,
      path: `/dev/${name}`,
      kind: 'partition',
      bytes,
      below: (offset) => ({ device: spec.device, offset: offset + start }),
      devices: [spec.device],
    });
  },
});
