// SPDX-License-Identifier: GPL-2.0-only
// Binds a guest to a deadline, so that nobody passes milliseconds on by hand and no sequence of requests takes longer than
// the limit of its step.

import type { Deadline } from './deadline.ts';
import { DeadlineExpired } from './guest-errors.ts';
import type { BoundGuest, GuestRequestOptions, LiveGuest } from './live-guest.ts';
import type { Op, Replies, Requests } from './protocol.ts';

/** The same guest, with a deadline for all that is asked of it through what is returned. */
export function bindGuest(guest: LiveGuest, deadline: Deadline): BoundGuest {
  return {
    deadline,
    get log() {
      return guest.log;
    },
    get signals() {
      return guest.signals;
    },
    get logLost() {
      return guest.logLost;
    },
    get reboots() {
      return guest.reboots;
    },
    get qemu() {
      return guest.qemu;
    },
    get platform() {
      return guest.platform;
    },
    get clock() {
      return guest.clock;
    },
    get stoppedMs() {
      return guest.stoppedMs;
    },
    now: () => guest.now(),
    request: (op, args, options) => requestWithin(guest, deadline, op, args, options),
    onRecord: (listener) => guest.onRecord(listener),
    onSignal: (listener) => guest.onSignal(listener),
    consoleText: () => guest.consoleText(),
    reboot: () => guest.reboot(),
    end: () => guest.end(),
  };
}

async function requestWithin<O extends Op>(
  guest: LiveGuest,
  deadline: Deadline,
  op: O,
  args: Requests[O],
  options: GuestRequestOptions = {},
): Promise<Replies[O]> {
  const withinMs = Math.min(options.withinMs ?? Infinity, Math.max(1, deadline.remainingMs));
  try {
    return await guest.request(op, args, { ...options, withinMs });
  } catch (error) {
    // The reader knows the step's limit, not what was left of it for its last request.
    if (error instanceof DeadlineExpired && deadline.isOver) throw new DeadlineExpired(deadline.limitMs, error.pids);
    throw error;
  }
}
