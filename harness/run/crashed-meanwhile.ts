// SPDX-License-Identifier: GPL-2.0-only
// A step that the kernel crashed under is not waited for until its deadline: the task that died may hold what the step waits for.

import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveGuest } from '../guest/live-guest.ts';
import type { CrashReport } from '../verdict/kernel-log.ts';
import type { Evidence, Where } from './evidence.ts';

/** For how long a step may go on after a crash, milliseconds before the slowdown: what it sees then belongs to the verdict as well. */
export const goesOnMs = 5_000;
/** Milliseconds between two looks. */
const pauseMs = 100;

/** The kernel crashed during a step, which did not end by itself. */
export class CrashedMeanwhile extends Error {
  constructor({ title }: CrashReport) {
    super(`the kernel crashed: ${title}`);
    this.name = 'CrashedMeanwhile';
  }
}

/**
 * What a step gives, unless the kernel crashes and the step does not end within so many milliseconds of the guest's running time.
 * @throws CrashedMeanwhile, and what the step throws
 */
export async function unlessCrashed<T>(
  step: Promise<T>,
  {
    evidence,
    guest,
    withinMs,
    where,
  }: { evidence: Evidence; guest: Pick<LiveGuest, 'now'>; withinMs: number; where: Where },
): Promise<T> {
  const over = new AbortController();
  const crashed = watch(evidence, guest, withinMs, where, over.signal);
  for (const wait of [step, crashed]) wait.catch(() => undefined);
  try {
    return await Promise.race([step, crashed]);
  } finally {
    over.abort();
  }
}

/** Never resolves. @throws CrashedMeanwhile, AbortError */
async function watch(
  evidence: Evidence,
  guest: Pick<LiveGuest, 'now'>,
  limitMs: number,
  where: Where,
  signal: AbortSignal,
): Promise<never> {
  let reported = evidence.fatalReports;
  let since: number | undefined;
  for (;;) {
    await sleep(pauseMs, undefined, { signal, ref: false });
    if (evidence.fatalReports > reported) since ??= guest.now();
    if (since === undefined || guest.now() - since < limitMs) continue;
    // The report is over, though its end shows only when the kernel logs something else.
    evidence.add({ type: 'log-ended', where });
    if (evidence.crash !== undefined) throw new CrashedMeanwhile(evidence.crash);
    reported = evidence.fatalReports;
    since = undefined;
  }
}
