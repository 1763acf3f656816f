// SPDX-License-Identifier: GPL-2.0-only
// Waits for something that the kernel does later, in a kworker: a signal, a bad block. If it does not come, the wait ends when the
// kernel has nothing left to do, not when a limit is over.

import type { BoundGuest } from '../guest/live-guest.ts';
import type { Deadline } from '../guest/deadline.ts';
import { scrubbingBus, scrubsOf } from '../poison/scrub.ts';

/** Milliseconds between two looks at what is waited for. */
const pauseMs = 20;
/** Milliseconds between two looks at what the kernel does. */
const betweenMs = 50;
/** For how long the kernel must be idle, in milliseconds of the guest's running time, and in looks. */
const idleMs = 1000;
const idleLooks = 8;

/**
 * Polls until `done`, until the deadline is over, or until the kernel was idle for 1 s: no task was busy in two looks in a
 * row, and no scrub runs. Returns the last answer of `done`.
 * @throws GuestDied, DeadlineExpired, InfraError
 */
export async function waitFor(
  guest: BoundGuest,
  deadline: Deadline,
  done: () => Promise<boolean> | boolean,
): Promise<boolean> {
  const kernel = new KernelActivity(guest);
  let isDone = false;
  await deadline.poll(async () => {
    isDone = await done();
    if (isDone || !(await kernel.isIdle())) return isDone;
    // What it did last may have come after the look at `done`.
    isDone = await done();
    return true;
  }, pauseMs);
  return isDone;
}

class KernelActivity {
  readonly #guest: BoundGuest;
  #busy = new Set<number>();
  #lookedAt: number | undefined;
  #idleSince = 0;
  #looks = 0;
  /** The bus that scrubs; undefined when there is none. */
  #bus: number | undefined;

  constructor(guest: BoundGuest) {
    this.#guest = guest;
  }

  /** Looks at most every 50 ms. */
  async isIdle(): Promise<boolean> {
    const now = this.#guest.now();
    if (this.#lookedAt !== undefined && now - this.#lookedAt < betweenMs) return false;
    if (await this.#look()) {
      this.#looks = 0;
      this.#idleSince = now;
    }
    this.#lookedAt = this.#guest.now();
    return ++this.#looks > idleLooks && now - this.#idleSince >= idleMs;
  }

  /** Whether the kernel is busy, or may have been between the last look and this one. */
  async #look(): Promise<boolean> {
    const before = this.#busy;
    const { tasks } = await this.#guest.request('busy', {});
    this.#busy = new Set(tasks.map(({ pid }) => pid));
    if (this.#lookedAt === undefined) {
      this.#bus = (await scrubbingBus(this.#guest))?.bus;
      return true;
    }
    if (tasks.some(({ pid }) => before.has(pid))) return true;
    // Between two regions a scrub waits on a timer, without a task (drivers/acpi/nfit/core.c:acpi_nfit_scrub, 6.12).
    return this.#bus !== undefined && (await scrubsOf(this.#guest, this.#bus))?.isRunning === true;
  }
}
