// SPDX-License-Identifier: GPL-2.0-only
// The scrubs (ARS) that the kernel does: how many it has done, and whether one runs.

import { InfraError } from '../host/errors.ts';
import type { BoundGuest } from '../guest/live-guest.ts';

/** More NVDIMM buses than a guest has. */
const mostBuses = 8;

export interface Scrubs {
  /** N of ndbusN and of /dev/ndctlN. */
  bus: number;
  /** Scrubs that were done since the boot. */
  count: number;
  isRunning: boolean;
}

/** The bus whose driver scrubs. Undefined: the platform has no ARS. */
export async function scrubbingBus(guest: BoundGuest): Promise<Scrubs | undefined> {
  for (let bus = 0; bus < mostBuses; bus++) {
    const scrubs = await scrubsOf(guest, bus);
    if (scrubs !== undefined) return scrubs;
  }
  return undefined;
}

/** As `scrubbingBus`, for what cannot do without. @throws InfraError when there is none */
export async function requireScrubbingBus(guest: BoundGuest): Promise<Scrubs> {
  const found = await scrubbingBus(guest);
  if (found !== undefined) return found;
  throw new InfraError('no NVDIMM bus of the guest can scrub', { hint: 'The module nfit must be loaded.' });
}

/** The scrubs of a bus (drivers/acpi/nfit/core.c:scrub_show, 6.12: the count, and a + while one runs). */
export async function scrubsOf(guest: BoundGuest, bus: number): Promise<Scrubs | undefined> {
  const { data, error } = await guest.request('read', { path: `/sys/bus/nd/devices/ndbus${bus}/nfit/scrub` });
  if (error !== undefined) return undefined;
  return { bus, count: parseInt(data, 10), isRunning: data.includes('+') };
}
