// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { answerMaxAge, recallAnswer, rememberAnswer } from '../../../harness/host/debian/remembered.ts';
import { temporaryFolder } from '../temporary.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const schema = z.array(z.string());
const hour = 3_600_000;

function remembered(lifetime?: number): string {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(1_000_000_000_000);
  const file = path.join(temporaryFolder(), 'not/yet/there', 'answer.json');
  rememberAnswer(file, ['xfsprogs'], lifetime);
  return file;
}

test('an answer is fresh for a day, and is still there afterwards', () => {
  const file = remembered();
  vi.setSystemTime(1_000_000_000_000 + 24 * hour - 1);
  expect(recallAnswer(file, schema)).toEqual({ answer: ['xfsprogs'], fresh: true });
  vi.setSystemTime(1_000_000_000_000 + 24 * hour);
  expect(recallAnswer(file, schema)).toEqual({ answer: ['xfsprogs'], fresh: false });
});

test('an answer can be fresh for less than a day, never for more', () => {
  const short = remembered(5 * 60_000);
  const long = remembered(1000 * hour);
  vi.setSystemTime(1_000_000_000_000 + 5 * 60_000);
  expect([short, long].map((file) => recallAnswer(file, schema)?.fresh)).toEqual([false, true]);
  vi.setSystemTime(1_000_000_000_000 + 24 * hour);
  expect(recallAnswer(long, schema)?.fresh).toBe(false);
});

test('HAZMAT_APT_MAX_AGE counts hours, also for what was remembered before it was set', () => {
  const file = remembered();
  vi.stubEnv('HAZMAT_APT_MAX_AGE', '0');
  expect(answerMaxAge()).toBe(0);
  expect(recallAnswer(file, schema)?.fresh).toBe(false);
  vi.stubEnv('HAZMAT_APT_MAX_AGE', '48');
  expect(recallAnswer(file, schema)?.fresh).toBe(true);
});

test('a clock that was set back makes no answer last longer', () => {
  const file = remembered();
  vi.setSystemTime(1_000_000_000_000 - hour);
  expect(recallAnswer(file, schema)?.fresh).toBe(false);
});

test.each([
  ['cut off', (text: string) => text.slice(0, -4)],
  ['of another shape', (text: string) => text.replace('"xfsprogs"', '7')],
  ['of another answer', (text: string) => text.replace('"xfsprogs"', '"ndctl"')],
])('a file that is %s counts as no answer', (_what, spoil) => {
  const file = remembered();
  writeFileSync(file, spoil(readFileSync(file, 'utf8')));
  expect(recallAnswer(file, schema)).toBeUndefined();
});
