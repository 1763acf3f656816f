// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { keepAnswer, recallAnswer } from '../../../harness/host/debian/archive-answer.ts';
import { temporaryFolder } from '../temporary.ts';

afterEach(() => void vi.useRealTimers());

const schema = z.array(z.string());

test('an answer is fresh for a day, and kept for longer', () => {
  vi.useFakeTimers({ now: 1e12 });
  const file = path.join(temporaryFolder(), 'not/yet/there.json');
  expect(recallAnswer(file, schema)).toBeUndefined();
  keepAnswer(file, ['a', 'b']);
  expect(recallAnswer(file, schema)).toEqual({ value: ['a', 'b'], fresh: true });
  vi.setSystemTime(1e12 + 25 * 3_600_000);
  expect(recallAnswer(file, schema)).toEqual({ value: ['a', 'b'], fresh: false });
});

test('an answer from the future is not fresh: the clock was set back', () => {
  vi.useFakeTimers({ now: 1e12 });
  const file = path.join(temporaryFolder(), 'a.json');
  keepAnswer(file, []);
  vi.setSystemTime(1e12 - 1000);
  expect(recallAnswer(file, schema)?.fresh).toBe(false);
});

test('an answer of another form is removed, to be asked for again', () => {
  const file = path.join(temporaryFolder(), 'a.json');
  for (const text of ['{"asked": 1, "packages": []}', '{"asked": 1, "value": "a"}', 'half']) {
    writeFileSync(file, text);
    expect(recallAnswer(file, schema)).toBeUndefined();
    expect(existsSync(file)).toBe(false);
  }
});
