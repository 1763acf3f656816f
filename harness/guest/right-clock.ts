// SPDX-License-Identifier: GPL-2.0-only
// No guest is saved whose clock is wrong.

import { setTimeout as sleep } from 'node:timers/promises';
import { InfraError } from '../host/errors.ts';
import { clockComplaint } from './clock.ts';
import type { LiveGuest } from './live-guest.ts';

/**
 * For how long a clock is compared at least before a checkpoint is kept, milliseconds. One that was right after the boot can only
 * become wrong by what the kernel's log reports, or by much.
 */
const shortestMs = { booted: 500, restored: 100 };

/** The guest's clock is wrong: nothing that it is asked or reports means anything. */
export class WrongClock extends InfraError {}

/**
 * Compares a guest's clock with the host's before the guest is saved. The clock must have been read once before.
 * @throws WrongClock with what was measured, or what its kernel complains of
 */
export async function requireRightClock(
  guest: LiveGuest,
  khz: number | undefined,
  since: keyof typeof shortestMs,
): Promise<void> {
  await guest.request('ping', {}, { withinMs: 60_000 });
  if (guest.clock.spanMs < shortestMs[since]) {
    await sleep(shortestMs[since] - guest.clock.spanMs);
    await guest.request('ping', {}, { withinMs: 60_000 });
  }
  const { wrong } = guest.clock;
  if (wrong !== undefined) throw new WrongClock(wrong);
  const complaint = clockComplaint(
    guest.log.slice().flatMap(({ text }) => text.split('\n')),
    khz,
  );
  if (complaint !== undefined) throw new WrongClock(`the guest's kernel has its clock wrong: ${complaint}`);
}
