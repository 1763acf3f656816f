// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { durationSchema, parseDuration } from '../../harness/scenario/duration.ts';

it.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['2m', 120_000],
  ['0.5s', 500],
  [' 1s ', 1000],
  ['0s', 0],
])('reads %s', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

it.each(['', '10', 's', '10 s', '-1s', '1h', '1s2', '.5s', '1e3ms'])('refuses `%s`, and so does its schema', (text) => {
  expect(parseDuration(text)).toBeUndefined();
  expect(durationSchema.safeParse(text).success).toBe(false);
});
