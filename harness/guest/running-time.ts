// SPDX-License-Identifier: GPL-2.0-only
// The clock of deadlines: it counts only the time in which the harness and the guest could run. Time does not count
// - while this process did not run: stopped with its whole process group (Ctrl-Z), or in a virtual machine that was paused;
// - while a thread of QEMU was ready to run and the host had no CPU for it (run_delay of schedstat).

import { readdirSync, readFileSync } from 'node:fs';

/**
 * A guest that was stopped for this long may have a kernel that reports a stall: it does so after 20 s at the earliest (kernel/watchdog.c,
 * kernel/rcu/tree_stall.h), and a part of that may be its own. Milliseconds.
 */
export const shortestStallMs = 10_000;

/** Milliseconds from a clock that never goes back. */
export type Now = () => number;

/** How often the clock looks by itself, milliseconds. */
const tickMs = 200;
/** A gap between two looks that is longer than this is one in which this process did not run. Milliseconds. */
const longestGapMs = 1000;
/** At least this share of the time counts, however busy the host is: every deadline comes to its end. */
const leastShare = 1 / 20;

export interface RunningTimeSources {
  now: Now;
  /** For each thread of QEMU, by its id: how long it has waited for a CPU of the host, milliseconds. */
  waitedMs: () => ReadonlyMap<number, number>;
}

/** Folds the clock of the host into one that counts only time in which the guest could run. */
export class RunningTime {
  /** Time in which this process did not run, milliseconds. */
  stoppedMs = 0;
  /** Time in which a thread of QEMU waited for a CPU, milliseconds. */
  starvedMs = 0;
  readonly #sources: RunningTimeSources;
  /** The beginning of the interval that is open, by the host's clock; what each thread had waited then; what had counted. */
  #from: number;
  #waited: ReadonlyMap<number, number>;
  #counted = 0;
  /** By the host's clock. */
  #lastLook: number;
  #lastAnswer = 0;

  constructor(sources: RunningTimeSources) {
    this.#sources = sources;
    this.#from = sources.now();
    this.#lastLook = this.#from;
    this.#waited = sources.waitedMs();
  }

  /** Milliseconds that count, since the clock was made. Has to be called every `tickMs`. */
  now(): number {
    const now = this.#sources.now();
    const waited = this.#sources.waitedMs();
    const sinceLook = now - this.#lastLook;
    this.#lastLook = now;
    if (sinceLook > longestGapMs) {
      this.stoppedMs += sinceLook - tickMs;
      this.#counted = this.#lastAnswer + tickMs;
      this.#begin(now, waited);
    } else {
      const gap = now - this.#from;
      // One thread holds up the others, which wait for its locks and messages: the longest wait counts, not the sum.
      const longest = Math.max(0, ...[...waited].map(([thread, ms]) => ms - (this.#waited.get(thread) ?? 0)));
      const starved = Math.min(longest, gap * (1 - leastShare));
      this.#lastAnswer = Math.max(this.#lastAnswer, this.#counted + gap - starved);
      // A wait is known when it has ended: in intervals that are too short, waits at the same time would be added up.
      if (gap < tickMs) return this.#lastAnswer;
      this.starvedMs += starved;
      this.#counted = this.#lastAnswer;
      this.#begin(now, waited);
    }
    this.#lastAnswer = this.#counted;
    return this.#lastAnswer;
  }

  #begin(now: number, waited: ReadonlyMap<number, number>): void {
    this.#from = now;
    this.#waited = waited;
  }
}

/** How long each thread of a process has waited for a CPU; empty where this host keeps no schedstat, or the process is gone. */
export function threadsWaitedMs(pid: number): ReadonlyMap<number, number> {
  const waited = new Map<number, number>();
  for (const thread of namesIn(`/proc/${pid}/task`)) {
    try {
      // Nanoseconds on a CPU, nanoseconds of waiting for one, turns (Documentation/scheduler/sched-stats.rst).
      const delay = Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[1]);
      if (Number.isFinite(delay)) waited.set(Number(thread), delay / 1e6);
    } catch {
      // the thread has ended meanwhile
    }
  }
  return waited;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The clock of a QEMU. It ticks by itself until `stop`, so that a gap is seen even when nobody asks. */
export function runningTimeOf(pid: number): { time: RunningTime; stop: () => void } {
  const time = new RunningTime({ now: () => performance.now(), waitedMs: () => threadsWaitedMs(pid) });
  const ticker = setInterval(() => time.now(), tickMs);
  ticker.unref();
  return { time, stop: () => clearInterval(ticker) };
}
