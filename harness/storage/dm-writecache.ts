// SPDX-License-Identifier: GPL-2.0-only
// dm-writecache: a slow device behind a cache in persistent memory. What lies on it has no DAX; the target itself maps
// the cache (drivers/md/dm-writecache.c:persistent_memory_claim, 6.12).

import { z } from 'zod';
import { pageBytes, sectorBytes } from '../host/page.ts';
import { addDmDevice, dmKeys } from './dm.ts';
import { freeDeviceOf, LayerError, layerKind } from './layer.ts';

const schema = z.strictObject({
  name: dmKeys.name,
  device: z.string().describe('The cached device'),
  'cache-device': z.string().describe('The namespace that holds the cache'),
});

/** Bytes of a block of the cache. */
const blockBytes = pageBytes;

export const dmWritecache = layerKind({
  key: 'dm-writecache',
  title: 'dm-writecache: a cache in persistent memory in front of another device',
  example: '{name: cached0, device: pmem1, cache-device: pmem0}',
  schema,
  modules: ['dm_writecache'],
  plan(spec, { stack }) {
    const origin = freeDeviceOf(stack, spec.device);
    const cacheName = spec['cache-device'];
    const cache = freeDeviceOf(stack, cacheName);
    if (cache.kind !== 'namespace') throw new LayerError(`the cache device ${cacheName} is not a namespace`);
    const { bytes } = origin;
    const table = [`0 ${bytes / sectorBytes} writecache p ${origin.path} ${cache.path} ${blockBytes} 0`];
    addDmDevice(stack, spec.name, table, {
      bytes,
      // Where data lies after it was written back.
      below: (offset) => ({ device: spec.device, offset }),
      devices: [spec.device, cacheName],
    });
  },
});
