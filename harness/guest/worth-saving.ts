// SPDX-License-Identifier: GPL-2.0-only
// What must be true of a guest before it is saved, or its scenario begins: every cell that goes on from it relies on that.

import { InfraError } from '../host/errors.ts';
import type { LiveGuest } from './live-guest.ts';
import { requireRightClock, WrongClock } from './right-clock.ts';
import { shortestStallMs } from './running-time.ts';

/**
 * @throws WrongClock when its clock is wrong, or stood still with the harness for so long that its kernel may report a stall; InfraError when
 * records of its log were lost
 */
export async function requireWorthSaving(
  guest: LiveGuest,
  khz: number | undefined,
  since: 'booted' | 'restored',
): Promise<void> {
  if (guest.logLost) throw new InfraError('records of the kernel log were lost while the guest was set up');
  if (guest.stoppedMs >= shortestStallMs) {
    const seconds = (guest.stoppedMs / 1000).toFixed(0);
    throw new WrongClock(`the guest was stopped with the harness for ${seconds} s while it was set up`);
  }
  await requireRightClock(guest, khz, since);
}
