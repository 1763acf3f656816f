// SPDX-License-Identifier: GPL-2.0-only
// Until when something in a guest may take: one deadline for all requests of a step, however many it makes.

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { DeadlineExpired } from './guest-errors.ts';
import type { Now } from './running-time.ts';

/** The shortest pause between two looks at a deadline that is waited for, milliseconds: its clock may be slower than the host's. */
const shortestWaitMs = 5;

export class Deadline {
  /** The whole limit, in milliseconds of its clock. */
  readonly limitMs: number;
  readonly #end: number;
  readonly #now: Now;

  /** `now`: the guest's clock of running time (running-time.ts), so that a busy or stopped host takes nothing from the limit. */
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

  /** A deadline that ends some milliseconds after this one. */
  later(milliseconds: number): Deadline {
    return new Deadline(this.remainingMs + milliseconds, this.#now);
  }

  /**
   * Waits for the end of the deadline. What has arrived by then is read before this returns.
   * @throws AbortError when the signal comes first
   */
  async over(signal: AbortSignal): Promise<void> {
    for (let left = this.remainingMs; left > 0; left = this.remainingMs) {
      if (left === Infinity) await sleep(2 ** 31 - 1, undefined, { signal });
      else await sleep(Math.min(Math.max(left, shortestWaitMs), 2 ** 31 - 1), undefined, { signal });
    }
    // Timers come before sockets in a turn of the event loop: an answer may lie there unread.
    await nextTurn(undefined, { signal });
    await nextTurn(undefined, { signal });
  }

  /** What `work` gives, if it does so in time. `pids`: the processes that DeadlineExpired names. @throws DeadlineExpired */
  async limit<T>(work: Promise<T>, pids: readonly number[] = [], shownMs = this.limitMs): Promise<T> {
    const timer = new AbortController();
    const late = this.over(timer.signal).then(() => {
      throw new DeadlineExpired(shownMs, [...pids]);
    });
    work.catch(() => undefined);
    late.catch(() => undefined);
    return Promise.race([work, late]).finally(() => timer.abort());
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
