// SPDX-License-Identifier: GPL-2.0-only
// A system call that either succeeds or returns an errno, as a step expects and reports it.

import { describeSignal, type SeenSignal } from './expect-signal.ts';
import type { StepReport } from './step.ts';

interface CallReply {
  result: number;
  /** The call that returned it: opening the file may fail, too. */
  call: string;
  error?: string | undefined;
  hit?: SeenSignal | undefined;
}

/** Compares what a call returned with what it should. `what`: the call and its range, such as `msync of page 3`. */
export function callReport(what: string, reply: CallReply, returns: string | undefined): StepReport {
  const error = reply.result < 0 ? (reply.error ?? 'EUNKNOWN') : undefined;
  const signal = reply.hit === undefined ? '' : `, and ${describeSignal(reply.hit)}`;
  const seen = `${reply.call} ${error === undefined ? 'succeeded' : `returned ${error}`}${signal}`;
  if (error === returns) return { ok: true, seen };
  return { ok: false, wanted: `${what} ${resultWords(returns)}`, seen };
}

/** `succeeds`, `returns EIO`. */
export function resultWords(returns: string | undefined): string {
  return returns === undefined ? 'succeeds' : `returns ${returns}`;
}
