// SPDX-License-Identifier: GPL-2.0-only
// dm-writecache: a slow device behind a cache in persistent memory. What lies on it has no DAX; the target itself maps
// the cache (drivers/md/dm-writecache.c:persistent_memory_claim, 6.12).

import { z } from 'zod';
import { pageBytes, sectorBytes } from '../host/page.ts';
import { addDmDevice } from './dm.ts';
import { freeDeviceOf, LayerError, layerKind } from './layer.ts';

const schema = z.strictObject({
  name: z.string().describe('Name of the device: /dev/mapper/NAME'),
  on: z.string().describe('The device that is cached'),
  cache: z.string().describe('The namespace that is the cache'),
});

/** Bytes of a block of the cache. */
const blockBytes = pageBytes;

export const dmWritecache = layerKind({
  key: 'dm-writecache',
  title: 'dm-writecache: a cache in persistent memory before another device',
  example: '{name: cached0, on: pmem1, cache: pmem0}',
  schema,
  modules: ['dm_writecache'],
  lay(spec, { stack }) {
    const origin = freeDeviceOf(stack, spec.on);
    const cache = freeDeviceOf(stack, spec.cache);
    if (cache.kind !== 'namespace') throw new LayerError(`the cache ${spec.cache} is not a namespace`);
    const { bytes } = origin;
    addDmDevice(
      stack,
      spec.name,
      [`0 ${bytes / sectorBytes} writecache p ${origin.path} ${cache.path} ${blockBytes} 0`],
      // Where data lies once it was written back.
      { bytes, below: (offset) => ({ device: spec.on, offset }), on: [spec.on, spec.cache] },
    );
  },
});
