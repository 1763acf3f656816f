// SPDX-License-Identifier: GPL-2.0-only
// Where a physical address is on a CXL device: in which region, on which device, at which address of the device (DPA). The kernel is asked,
// for it has made the decoders.

import { z } from 'zod';
import type { BoundGuest } from '../guest/live-guest.ts';
import { InfraError } from '../host/errors.ts';
import { cxlDeviceOf } from '../machine/cxl.ts';
import type { PoisonRoute } from './route.ts';

export interface CxlPlace {
  /** The region, and the offset in it, in bytes. */
  region: string;
  offset: number;
  /** The kernel's name of the device. */
  memdev: string;
  /** QEMU's path of the device, and the bus that its root port is on. */
  device: { path: string; bus: number };
  /** Address on the device, in bytes. */
  dpa: number;
}

/** For each region with one device: its name, address and size, the device's name and serial number, and the address on the device. */
const listRegions = `cd /sys/bus/cxl/devices || exit
for r in region*; do
  d=$(cat $r/target0 2>/dev/null) && test -n "$d" || continue
  m=$(realpath "$(realpath $d)/../uport") || continue
  echo "$r $(cat $r/resource) $(cat $r/size) \${m##*/} $(cat $m/serial) $(cat $d/dpa_resource)"
done`;

const line = z.tuple([
  z.string(),
  z.coerce.number(),
  z.coerce.number(),
  z.string(),
  z.coerce.number(),
  z.coerce.number(),
]);

/** @throws InfraError when no region of CXL has the address */
export async function cxlPlaceOf(guest: BoundGuest, physical: number): Promise<CxlPlace> {
  const { stdout } = await guest.request('run', { argv: ['sh', '-c', listRegions] });
  const place = placeIn(stdout, physical);
  if (place === undefined) {
    throw new InfraError(`0x${physical.toString(16)} is in no region of a CXL device`, { hint: stdout.trim() });
  }
  return place;
}

/** The same for what the guest printed. */
export function placeIn(text: string, physical: number): CxlPlace | undefined {
  for (const words of text.split('\n').filter((one) => one.trim() !== '')) {
    const parsed = line.safeParse(words.trim().split(/\s+/));
    if (!parsed.success) continue;
    const [region, resource, size, memdev, serial, dpa] = parsed.data;
    if (physical < resource || physical >= resource + size) continue;
    const offset = physical - resource;
    return { region, offset, memdev, device: cxlDeviceOf(serial), dpa: dpa + offset };
  }
  return undefined;
}

/** For a route's `missing`: it needs CXL devices. */
export const cxlMissing: NonNullable<PoisonRoute['missing']> = ({ machine }) =>
  machine.cxl === undefined ? `machine ${machine.name} has no CXL devices` : undefined;
