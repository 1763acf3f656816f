// SPDX-License-Identifier: GPL-2.0-only
// A devdax namespace as system memory, by the kmem driver: the kernel allocates from it like from RAM
// (drivers/dax/kmem.c:dev_dax_kmem_probe, 6.12). It is put online as movable, a zone from which memory of programs and the page
// cache come first, and from which it can be taken off again.

import { z } from 'zod';
import { freeDeviceOf, LayerError, layerKind, run } from './layer.ts';

const schema = z.strictObject({
  device: z.string().describe('The devdax namespace'),
});

const mebi = 2 ** 20;
/** Memory is put online in blocks of it (arch/x86/mm/init_64.c:probe_memory_block_size, 6.12). */
const blockBytes = 128 * mebi;

export const systemRam = layerKind({
  key: 'system-ram',
  title: 'A devdax namespace as system memory (kmem): what programs allocate next comes from it',
  example: '{device: dax0.0}',
  schema,
  modules: ['kmem'],
  plan(spec, { stack }) {
    const device = freeDeviceOf(stack, spec.device);
    if (device.kind !== 'devdax') throw new LayerError(`${spec.device} is not a devdax namespace`);
    if (device.bytes < 2 * blockBytes)
      throw new LayerError(`${spec.device} has less than the ${(2 * blockBytes) / mebi}M of two blocks of memory`);
    stack.requests.push(
      {
        op: 'write',
        args: { path: '/sys/devices/system/memory/auto_online_blocks', data: 'online_movable' },
        why: 'put new memory online as movable',
      },
      run(
        `make ${spec.device} system memory`,
        ...['daxctl', 'reconfigure-device', '--force', '--mode=system-ram', spec.device],
      ),
      run(`check that ${spec.device} is system memory`, 'grep', '-q', 'System RAM (kmem)', '/proc/iomem'),
    );
    device.isSystemRam = true;
  },
});
