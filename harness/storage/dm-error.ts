// SPDX-License-Identifier: GPL-2.0-only
// dm-error: a device with a range on which every access fails. Its DAX mapping fails there too (drivers/md/dm-target.c:
// io_err_dax_direct_access, 6.12).

import { z } from 'zod';
import { pageBytes, sectorBytes } from '../host/page.ts';
import { parseSize } from '../host/size.ts';
import { addDmDevice, dmKeys, offsetBytes } from './dm.ts';
import { freeDeviceOf, LayerError, layerKind } from './layer.ts';

const schema = z.strictObject({
  name: dmKeys.name,
  device: z.string().describe('The device below'),
  offset: z.string().describe('Where the range begins that fails, such as 512M'),
  size: z.string().prefault('4K').describe('Bytes of the range'),
});

export const dmError = layerKind({
  key: 'dm-error',
  title: 'dm-error: a device with a range on which every access fails; the rest is dm-linear',
  example: '{name: error0, device: pmem0, offset: 512M, size: 4K}',
  schema,
  modules: ['dm_mod'],
  plan(spec, { stack }) {
    const device = freeDeviceOf(stack, spec.device);
    const start = offsetBytes(spec.offset);
    const length = parseSize(spec.size) ?? 0;
    if (length === 0 || length % pageBytes !== 0) throw new LayerError(`size ${spec.size} is not a multiple of 4K`);
    const end = start + length;
    if (end > device.bytes)
      throw new LayerError(`the range that fails is not in the ${device.bytes} bytes of ${spec.device}`);
    const sectors = (bytes: number): number => bytes / sectorBytes;
    const linear = (from: number, to: number): string[] =>
      to > from ? [`${sectors(from)} ${sectors(to - from)} linear ${device.path} ${sectors(from)}`] : [];
    const table = [...linear(0, start), `${sectors(start)} ${sectors(length)} error`, ...linear(end, device.bytes)];
    const below = (offset: number): { device: string; offset: number } => ({ device: spec.device, offset });
    addDmDevice(stack, spec.name, table, { bytes: device.bytes, below, devices: [spec.device] });
  },
});
