// SPDX-License-Identifier: GPL-2.0-only
// A connection to a guest that ends, the agent's or the monitor's, means that QEMU is ending: that is what is reported.

import { setTimeout as sleep } from 'node:timers/promises';
import type { QemuHandle } from '../machine/qemu-handle.ts';
import { MalformedReply, RequestError } from './channel.ts';
import { DeadlineExpired, GuestDied } from './guest-errors.ts';

/** A QEMU whose connections are closed has ended in this time, on a busy machine too. Milliseconds. */
const endingMs = 5000;

/** What `work` gives. @throws GuestDied when QEMU ends; otherwise what the work throws */
export async function orGuestDied<T>(qemu: QemuHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const exit = qemu.exit ?? (mayBeEnding(error) ? await endOf(qemu) : undefined);
    throw exit === undefined ? error : new GuestDied(exit);
  }
}

/** Whoever answers, or does not answer in time, lives. */
function mayBeEnding(error: unknown): boolean {
  return !(error instanceof RequestError || error instanceof MalformedReply || error instanceof DeadlineExpired);
}

async function endOf(qemu: QemuHandle): Promise<QemuHandle['exit']> {
  const over = sleep(endingMs, undefined, { ref: false });
  return Promise.race([qemu.exited, over]);
}
