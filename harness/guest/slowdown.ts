// SPDX-License-Identifier: GPL-2.0-only
// How slow a guest is. Deadlines are written for a guest under KVM and multiplied by a factor that is measured for each restored
// guest. Time in which the guest could not run does not count (running-time.ts).

import type { LiveGuest } from './live-guest.ts';

/**
 * How long the agent's `calibrate` may take before deadlines are scaled, microseconds. It takes some 0.7 ms under KVM, and
 * some 10 ms under TCG on an idle host. Deadlines allow for ten times what a guest under KVM needs.
 */
const referenceMicroseconds = 5_000;

/** The most by which a deadline is multiplied: a kernel with every debug option under TCG stays below it. */
export const mostSlowdown = 40;

/** Limit of `calibrate`, milliseconds. */
const longestMs = 10_000;

/** The factor for every deadline, at least 1, rounded up to a tenth. */
export function slowdownOf(microseconds: number): number {
  const factor = Math.ceil((microseconds / referenceMicroseconds) * 10) / 10;
  return Math.min(mostSlowdown, Math.max(1, factor));
}

/** Measures a guest by its clock of running time on the host. The guest's own clock is not believed. */
export async function measureSlowdown(guest: LiveGuest, signal?: AbortSignal): Promise<number> {
  let started = guest.now();
  const onStarted = (): void => {
    started = guest.now();
  };
  await guest.request('calibrate', {}, { withinMs: longestMs, signal, onStarted });
  return slowdownOf((guest.now() - started) * 1000);
}
