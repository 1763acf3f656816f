// SPDX-License-Identifier: GPL-2.0-only
// A write to an attribute that loops in the kernel is recognized before its deadline: the process that writes runs in the kernel all the
// time, and nothing else moves.

import { setTimeout as sleep } from 'node:timers/promises';
import { DeadlineExpired, GuestDied } from './guest-errors.ts';
import type { BoundGuest } from './live-guest.ts';
import type { Replies, Requests } from './protocol.ts';

/**
 * The share of the deadline for which nothing may move. The longest work without a sign of progress that is known, an unbind that looks
 * for the mappings of each of 225,000 pages, takes 0.7 s under TCG on a busy host, where this share of a default deadline is 12 s or more.
 */
const share = 0.25;
/** Looks at the process in that time. */
const looks = 20;
/** Two looks are at least so far apart, milliseconds. */
const shortestMs = 50;
/** The share of the time between two looks that the process must have run in the kernel: its clock has ticks of 4 to 10 ms. */
const busyShare = 0.5;

/** What runs in the kernel and gets nowhere. */
export class Livelock extends DeadlineExpired {
  constructor(milliseconds: number, pids: number[]) {
    super(milliseconds, pids);
    this.name = 'Livelock';
    this.message = `it ran in the kernel for ${(milliseconds / 1000).toFixed(1)} s, and nothing else moved`;
  }
}

/** As the request `write`. @throws Livelock, DeadlineExpired, GuestDied, InfraError */
export async function writeUnlessLivelock(guest: BoundGuest, args: Requests['write']): Promise<Replies['write']> {
  const over = new AbortController();
  let pid: number | undefined;
  const reply = guest.request('write', args, {
    onStarted: (started) => {
      pid = started;
    },
  });
  const watched = watch(guest, () => pid, over.signal);
  for (const wait of [reply, watched]) wait.catch(() => undefined);
  try {
    return await Promise.race([reply, watched]);
  } finally {
    over.abort();
  }
}

interface Look {
  at: number;
  kernelMs: number;
}

/** Never resolves. @throws Livelock, AbortError */
async function watch(guest: BoundGuest, pidOf: () => number | undefined, signal: AbortSignal): Promise<never> {
  const silenceMs = guest.deadline.limitMs * share;
  const pauseMs = Math.max(shortestMs, silenceMs / looks);
  const seen = { moved: false };
  const onMove = (): void => {
    seen.moved = true;
  };
  guest.onRecord(onMove);
  guest.onSignal(onMove);
  let since: number | undefined;
  let last: Look | undefined;
  for (;;) {
    await sleep(pauseMs, undefined, { signal, ref: false });
    const pid = pidOf();
    const look = pid === undefined ? undefined : await lookAt(guest, pid);
    const onlyRan = !seen.moved && look !== undefined && last !== undefined && ranAllTheTime(last, look);
    since = onlyRan ? (since ?? last?.at) : undefined;
    seen.moved = false;
    last = look;
    if (pid !== undefined && look !== undefined && since !== undefined && look.at - since >= silenceMs) {
      throw new Livelock(look.at - since, [pid]);
    }
  }
}

function ranAllTheTime(before: Look, now: Look): boolean {
  return now.kernelMs - before.kernelMs >= (now.at - before.at) * busyShare;
}

/** When a process was looked at and how long it had run in the kernel. Undefined: it does not run now, or cannot be looked at. */
async function lookAt(guest: BoundGuest, pid: number): Promise<Look | undefined> {
  try {
    const at = guest.now();
    const { data } = await guest.request('read', { path: `/proc/${pid}/stat` });
    const kernelMs = kernelTimeOf(data);
    return kernelMs === undefined ? undefined : { at, kernelMs };
  } catch (error) {
    if (error instanceof GuestDied || error instanceof DeadlineExpired) throw error;
    return undefined;
  }
}

/** Milliseconds for which a running process ran in the kernel, by its /proc/PID/stat (proc_pid_stat(5)); undefined when it does not run. */
export function kernelTimeOf(stat: string): number | undefined {
  const [state, ...numbers] = stat
    .slice(stat.lastIndexOf(')') + 1)
    .trim()
    .split(/\s+/);
  // utime is the 11th number after the state, stime the 12th; a tick has 10 ms for user space, whatever the kernel's are.
  const ticks = Number(numbers[11] ?? NaN);
  return state === 'R' && Number.isFinite(ticks) ? ticks * 10 : undefined;
}
