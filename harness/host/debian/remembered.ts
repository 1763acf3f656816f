// SPDX-License-Identifier: GPL-2.0-only
// Remembers an answer of the package archive for a day, so that the next start need not ask it. One file an answer.

import { z } from 'zod';
import { readKept, writeKept } from '../kept-json.ts';

/** How long an answer counts as fresh, in milliseconds: a day, or HAZMAT_APT_MAX_AGE hours. */
export function answerMaxAge(): number {
  const hours = Number(process.env.HAZMAT_APT_MAX_AGE ?? '');
  return (process.env.HAZMAT_APT_MAX_AGE && hours >= 0 ? hours : 24) * 3_600_000;
}

export interface Remembered<T> {
  answer: T;
  /** False once it is time to ask again. The old answer may be used when the archive does not answer. */
  fresh: boolean;
}

/** The last answer in a file, however old; undefined when there is none, or none that fits the schema. */
export function recallAnswer<T>(file: string, schema: z.ZodType<T>): Remembered<T> | undefined {
  const kept = readKept(file, z.object({ until: z.number(), answer: schema }));
  if (kept === undefined) return undefined;
  // A time further ahead than any answer lasts was written before the clock was set back.
  const fresh = Date.now() < kept.until && kept.until <= Date.now() + answerMaxAge();
  return { answer: kept.answer, fresh };
}

/** Keeps an answer. `lifetime`: milliseconds for which it counts as fresh, never more than `answerMaxAge()`. */
export function rememberAnswer(file: string, answer: unknown, lifetime = Infinity): void {
  const until = Date.now() + Math.min(lifetime, answerMaxAge());
  writeKept(file, { until, answer });
}
