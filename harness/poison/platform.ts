// SPDX-License-Identifier: GPL-2.0-only
// What routes through the platform firmware have in common.

import type { Platform } from '../firmware/platform.ts';
import type { BoundGuest } from '../guest/live-guest.ts';
import type { FirmwareName } from '../machine/machine.ts';
import type { PoisonRoute } from './route.ts';

/** For a route's `missing`: why a machine without that firmware cannot do it. */
export function firmwareMissing(firmware: FirmwareName): NonNullable<PoisonRoute['missing']> {
  return ({ machine }) =>
    machine.firmware.includes(firmware)
      ? undefined
      : `the firmware of machine ${machine.name} has no ${firmware} (qemu/${machine.name}.yaml)`;
}

/** The platform firmware of a guest whose machine has one. */
export function platformOf(guest: BoundGuest): Platform {
  if (guest.platform === undefined) throw new Error('a route through the platform on a machine without: see `missing`');
  return guest.platform;
}
