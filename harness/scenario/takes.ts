// SPDX-License-Identifier: GPL-2.0-only
// How long a step may take (`takes`), by the guest's clock of running time: a busy host takes nothing from it.

import type { StepReport } from './step-report.ts';

export interface TakenTime {
  /** What the step took, milliseconds of the guest's running time. */
  tookMs: number;
  /** What it may take under KVM, milliseconds. */
  takesMs: number;
  /** How much slower than under KVM the guest is. */
  slowdown: number;
}

/** A step's report, with what it took. A step that took too long failed, but what it did was done: the next one can run. */
export function withTime(report: StepReport, { tookMs, takesMs, slowdown }: TakenTime): StepReport {
  if (!report.ok) return report;
  const limitMs = takesMs * slowdown;
  const notes = [...(report.notes ?? []), `took ${seconds(tookMs)}, of at most ${seconds(limitMs)}`];
  if (tookMs <= limitMs) return { ...report, notes };
  const wanted = `at most ${seconds(takesMs)}, which is ${seconds(limitMs)} in a guest that is ${slowdown.toFixed(1)} times slower than under KVM`;
  return { ...report, ok: false, wasDone: true, wanted, seen: `${report.seen}, but it took ${seconds(tookMs)}`, notes };
}

function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
