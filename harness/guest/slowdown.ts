// SPDX-License-Identifier: GPL-2.0-only
// How slow is this guest? Deadlines are written for a guest under KVM and multiplied by what is measured of the guest that
// they are for, each time it is used. What the host takes from the guest meanwhile does not count (running-time.ts).

import type { LiveGuest } from './live-guest.ts';

/**
 * Up to this long the agent's `calibrate` may take before deadlines are scaled, in microseconds. A guest under KVM needs
 * some 0.7 ms, one under TCG on an idle host some 10 ms; deadlines are written so that ten times what KVM needs is in them.
 */
const referenceMicroseconds = 5_000;

/** The most by which a deadline is multiplied: a kernel with every debug option under TCG stays below it. */
export const mostSlowdown = 40;

/** `calibrate` may take this long, milliseconds; a guest that needs longer is not measured but taken for the slowest. */
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
