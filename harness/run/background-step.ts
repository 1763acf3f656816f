// SPDX-License-Identifier: GPL-2.0-only
// A step with a delay, and one that runs while the next ones do: the step `join` waits for it.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Deadline } from '../guest/deadline.ts';
import type { LoadedStep } from '../scenario/load.ts';
import type { StepReport } from '../scenario/step.ts';
import type { StepContext } from '../scenario/step-context.ts';
import { withTime } from '../scenario/takes.ts';

/** What a step may still do after its deadline besides requests (QMP commands, clean-up): as long again, at most this many milliseconds. */
const mostGraceMs = 10_000;

/** The delay of a step in the nth repetition (from 1), in milliseconds before the slowdown. */
export function delayOf({ delaysMs = [] }: LoadedStep, repeat: number): number {
  return delaysMs.length === 0 ? 0 : (delaysMs[(repeat - 1) % delaysMs.length] ?? 0);
}

/** How a step is taken in the nth repetition (from 1), where that is not at once and alone: ` (in the background as removal)`. */
export function whenWords(step: LoadedStep, repeat: number): string {
  const delayMs = delayOf(step, repeat);
  const words = [
    ...(step.background === undefined ? [] : [`in the background as ${step.background}`]),
    ...(delayMs === 0 ? [] : [`after ${delayMs} ms`]),
  ];
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

/** Takes a step, `delayMs` from now. @throws DeadlineExpired, GuestDied, and what the step throws */
export async function takeStep(step: LoadedStep, context: StepContext, delayMs: number): Promise<StepReport> {
  if (delayMs > 0) await sleep(delayMs);
  const deadline = context.startStep(step.deadlineMs);
  const report = await finished(step.kind.run(step.args, context), deadline);
  if (step.takesMs === undefined) return report;
  const slowdown = deadline.limitMs / step.deadlineMs;
  return withTime(report, { tookMs: deadline.limitMs - deadline.remainingMs, takesMs: step.takesMs, slowdown });
}

/** Begins a step in the background, under its name in the context. */
export function beginStep(step: LoadedStep, context: StepContext, delayMs: number): void {
  const work = takeStep(step, context.strand(), delayMs);
  // The scenario may end before it is joined.
  work.catch(() => undefined);
  context.background.set(step.background ?? '', work);
}

/** A step's result. Requests keep the deadline by themselves; this holds what a step does besides them to it. @throws DeadlineExpired */
function finished(work: Promise<StepReport>, deadline: Deadline): Promise<StepReport> {
  return deadline.later(Math.min(deadline.limitMs, mostGraceMs)).limit(work, [], deadline.limitMs);
}
