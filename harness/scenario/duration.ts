// SPDX-License-Identifier: GPL-2.0-only
// Durations as people write them: 500ms, 10s, 2m.

import { z } from 'zod';

const units = { ms: 1, s: 1000, m: 60_000 } as const;

const durationPattern = /^\s*(\d+(?:\.\d+)?)(ms|s|m)\s*$/;

/** Milliseconds of `10s`; undefined when it is not a duration. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = durationPattern.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * units[unit as keyof typeof units];
}

export const durationSchema = z
  .string()
  .regex(durationPattern, 'a duration such as 500ms, 10s or 2m')
  .describe('A duration: 500ms, 10s, 2m');
