// SPDX-License-Identifier: GPL-2.0-only
// dm-linear: one or more devices end to end.

import { z } from 'zod';
import { pageBytes, sectorBytes } from '../host/page.ts';
import { parseSize } from '../host/size.ts';
import { addDmDevice } from './dm.ts';
import { freeDeviceOf, LayerError, layerKind, type Place } from './layer.ts';

const schema = z.strictObject({
  name: z.string().describe('Name of the device: /dev/mapper/NAME'),
  on: z
    .union([z.string().transform((one) => [one]), z.array(z.string()).min(1)])
    .describe('One device or several, joined end to end'),
  from: z.string().prefault('0').describe('How much of the beginning of each is left out, such as 16M'),
});

export const dmLinear = layerKind({
  key: 'dm-linear',
  title: 'dm-linear over one device or several',
  example: '{name: linear0, on: pmem0}',
  schema,
  modules: ['dm_mod'],
  lay(spec, { stack }) {
    const parts: { start: number; bytes: number; name: string; path: string }[] = [];
    let end = 0;
    const from = parseSize(spec.from);
    if (from === undefined || from % pageBytes !== 0) throw new LayerError(`from ${spec.from} is not a multiple of 4K`);
    for (const name of spec.on) {
      const device = freeDeviceOf(stack, name);
      const bytes = device.bytes - from;
      if (bytes <= 0) throw new LayerError(`${name} has no more than ${spec.from}`);
      parts.push({ start: end, bytes, name, path: device.path });
      end += bytes;
    }
    const table = parts.map(
      ({ start, bytes, path }) => `${start / sectorBytes} ${bytes / sectorBytes} linear ${path} ${from / sectorBytes}`,
    );
    const below = (offset: number): Place => {
      const part = parts.findLast(({ start }) => start <= offset);
      return { device: part?.name ?? '', offset: offset - (part?.start ?? 0) + from };
    };
    addDmDevice(stack, spec.name, table, { bytes: end, below, on: spec.on });
  },
});
