// SPDX-License-Identifier: GPL-2.0-only
// dm-linear: one or more devices end to end.

import { z } from 'zod';
import { sectorBytes } from '../host/page.ts';
import { addDmDevice, dmKeys, offsetBytes } from './dm.ts';
import { freeDeviceOf, LayerError, layerKind, type Place } from './layer.ts';

const schema = z
  .strictObject({
    name: dmKeys.name,
    device: z.string().optional().describe('The device below'),
    devices: z.array(z.string()).min(1).optional().describe('Instead of `device`: several, joined end to end'),
    offset: dmKeys.offset,
  })
  .refine(({ device, devices }) => (device === undefined) !== (devices === undefined), {
    error: 'needs either `device` or `devices`',
  });

export const dmLinear = layerKind({
  key: 'dm-linear',
  title: 'dm-linear over one or more devices',
  example: '{name: linear0, device: pmem0}',
  schema,
  modules: ['dm_mod'],
  plan(spec, { stack }) {
    const names = spec.devices ?? [spec.device ?? ''];
    const offset = offsetBytes(spec.offset);
    const parts: { start: number; bytes: number; name: string; path: string }[] = [];
    let end = 0;
    for (const name of names) {
      const device = freeDeviceOf(stack, name);
      const bytes = device.bytes - offset;
      if (bytes <= 0) throw new LayerError(`${name} is not larger than the offset ${spec.offset}`);
      parts.push({ start: end, bytes, name, path: device.path });
      end += bytes;
    }
    const sectors = (bytes: number): number => bytes / sectorBytes;
    const table = parts.map(
      ({ start, bytes, path }) => `${sectors(start)} ${sectors(bytes)} linear ${path} ${sectors(offset)}`,
    );
    const below = (place: number): Place => {
      const part = parts.findLast(({ start }) => start <= place);
      return { device: part?.name ?? '', offset: place - (part?.start ?? 0) + offset };
    };
    addDmDevice(stack, spec.name, table, { bytes: end, below, devices: names });
  },
});
