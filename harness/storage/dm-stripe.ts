// SPDX-License-Identifier: GPL-2.0-only
// dm-stripe: chunks spread in turn over two or more devices.

import { z } from 'zod';
import { pageBytes, sectorBytes } from '../host/page.ts';
import { parseSize } from '../host/size.ts';
import { addDmDevice, dmKeys, offsetBytes } from './dm.ts';
import { freeDeviceOf, LayerError, layerKind, type Place } from './layer.ts';

const schema = z.strictObject({
  name: dmKeys.name,
  devices: z.array(z.string()).min(2).describe('The legs, in order'),
  offset: dmKeys.offset,
  chunk: z.string().prefault('64K').describe('Size of a chunk: a power of two of at least 4K, which DAX needs'),
});

export const dmStripe = layerKind({
  key: 'dm-stripe',
  title: 'dm-stripe over two or more devices',
  example: '{name: stripe0, devices: [pmem0, pmem1], chunk: 64K}',
  schema,
  modules: ['dm_mod'],
  plan(spec, { stack }) {
    const chunk = parseSize(spec.chunk) ?? 0;
    if (chunk < pageBytes || (chunk & (chunk - 1)) !== 0)
      throw new LayerError(`chunk ${spec.chunk} is not a power of two of at least 4K`);
    const start = offsetBytes(spec.offset);
    const legs = spec.devices.map((name) => freeDeviceOf(stack, name));
    const legBytes = Math.floor(Math.min(...legs.map(({ bytes }) => bytes - start)) / chunk) * chunk;
    if (legBytes <= 0) throw new LayerError(`a leg is smaller than a chunk of ${spec.chunk}`);
    const bytes = legBytes * legs.length;
    const places = legs.map(({ path }) => `${path} ${start / sectorBytes}`);
    const args = [legs.length, chunk / sectorBytes, ...places].join(' ');
    const below = (offset: number): Place => {
      const number = Math.floor(offset / chunk);
      const leg = legs[number % legs.length];
      return { device: leg?.name ?? '', offset: start + Math.floor(number / legs.length) * chunk + (offset % chunk) };
    };
    const table = [`0 ${bytes / sectorBytes} striped ${args}`];
    addDmDevice(stack, spec.name, table, { bytes, below, devices: spec.devices });
  },
});
