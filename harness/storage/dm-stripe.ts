// SPDX-License-Identifier: GPL-2.0-only
// dm-stripe: chunks dealt out over two or more devices.

import { z } from 'zod';
import { pageBytes, sectorBytes } from '../host/page.ts';
import { parseSize } from '../host/size.ts';
import { addDmDevice } from './dm.ts';
import { freeDeviceOf, LayerError, layerKind, type Place } from './layer.ts';

const schema = z.strictObject({
  name: z.string().describe('Name of the device: /dev/mapper/NAME'),
  on: z.array(z.string()).min(2).describe('The legs, in order'),
  from: z.string().prefault('0').describe('How much of the beginning of each leg is left out, such as 16M'),
  chunk: z.string().prefault('64K').describe('Size of a chunk: a power of two, at least 4K, or there is no DAX'),
});

export const dmStripe = layerKind({
  key: 'dm-stripe',
  title: 'dm-stripe over two devices or more',
  example: '{name: stripe0, on: [pmem0, pmem1], chunk: 64K}',
  schema,
  modules: ['dm_mod'],
  lay(spec, { stack }) {
    const chunk = parseSize(spec.chunk) ?? 0;
    if (chunk < pageBytes || (chunk & (chunk - 1)) !== 0) {
      throw new LayerError(`chunk ${spec.chunk} is not a power of two of at least 4K`);
    }
    const from = parseSize(spec.from);
    if (from === undefined || from % pageBytes !== 0) throw new LayerError(`from ${spec.from} is not a multiple of 4K`);
    const legs = spec.on.map((name) => freeDeviceOf(stack, name));
    const legBytes = Math.floor(Math.min(...legs.map(({ bytes }) => bytes - from)) / chunk) * chunk;
    if (legBytes <= 0) throw new LayerError(`a leg has no room for a chunk of ${spec.chunk}`);
    const bytes = legBytes * legs.length;
    const args = [legs.length, chunk / sectorBytes, ...legs.map(({ path }) => `${path} ${from / sectorBytes}`)].join(
      ' ',
    );
    const below = (offset: number): Place => {
      const number = Math.floor(offset / chunk);
      const leg = legs[number % legs.length];
      return { device: leg?.name ?? '', offset: from + Math.floor(number / legs.length) * chunk + (offset % chunk) };
    };
    addDmDevice(stack, spec.name, [`0 ${bytes / sectorBytes} striped ${args}`], { bytes, below, on: spec.on });
  },
});
