// SPDX-License-Identifier: GPL-2.0-only
// Until when something in a guest may take: one deadline for all requests of a step, however many it makes.

import { setTimeout as sleep } from 'node:timers/promises';

/** Where the time comes from; tests give their own. Milliseconds from a monotonic clock. */
export type Now = () => number;

export class Deadline {
  /** The whole limit, in milliseconds of the host. */
  readonly limitMs: number;
  readonly #end: number;
  readonly #now: Now;

  constructor(limitMs: number, now: Now = () => performance.now()) {
    this.limitMs = limitMs;
    this.#now = now;
    this.#end = now() + limitMs;
  }

  /** What is left, in milliseconds; 0 when it is over. */
  get remainingMs(): number {
    return Math.max(0, this.#end - this.#now());
  }

  get isOver(): boolean {
    return this.remainingMs === 0;
  }

  /** A deadline for a part of what is left: `deadline.part(1 / 2)` leaves time for what comes after. */
  part(share: number): Deadline {
    return new Deadline(this.remainingMs * share, this.#now);
  }

  /**
   * Looks again and again until `done` says yes or the time is over; looks once at least, and pauses between two looks.
   * Returns the last look's answer.
   */
  async poll(done: () => Promise<boolean> | boolean, pauseMs = 20): Promise<boolean> {
    for (;;) {
      if (await done()) return true;
      if (this.remainingMs <= pauseMs) return false;
      await sleep(pauseMs);
    }
  }
}
