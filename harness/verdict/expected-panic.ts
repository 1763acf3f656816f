// SPDX-License-Identifier: GPL-2.0-only
// `panics:` of a scenario: the kernel is right to panic, and the scenario ends there. Pure.

import type { Deviation } from '../results/events.ts';
import { isAllowed } from './allow.ts';
import type { CrashReport } from './kernel-log.ts';

export interface ExpectedPanic {
  /** The whole title of the report, with `*` for any text. */
  title: string;
  /** The first step in which it may come: later ones leave no expectation out. */
  from: number;
  /** Number of steps. */
  steps: number;
}

/** A report of the kernel, and where in the scenario it came. */
interface Crash {
  report: Pick<CrashReport, 'type' | 'title'>;
  stepIndex?: number | undefined;
}

/** The expected panic among the kernel's own reports: the first crash, in a step that is late enough. */
export function expectedPanicOf<T extends Crash>(
  expected: ExpectedPanic | undefined,
  crashes: readonly T[],
  stepsRun: number,
): T | undefined {
  if (expected === undefined) return undefined;
  const first = crashes.find(({ report }) => report.type === 'crash');
  if (first === undefined || !isAllowed(first.report.title, [expected.title])) return undefined;
  // Outside of the steps: after the last one, if all were run, and otherwise before the first.
  const step = first.stepIndex ?? (stepsRun >= expected.steps ? expected.steps : -1);
  return step >= expected.from ? first : undefined;
}

/** What is to be reported when the kernel goes on. */
export function noPanic({ title }: ExpectedPanic): Deviation {
  return {
    kind: 'fail',
    title: 'the kernel did not panic',
    fingerprint: 'panic:-:expected',
    wanted: `the kernel panics: ${title}`,
    seen: 'it went on after the last step',
  };
}
