// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import {
  failedStamp,
  freshStamp,
  isSettled,
  readStamp,
  writeStamp,
  type SuiteStamp,
} from '../../../harness/host/debian/suite-stamp.ts';
import { temporaryFolder } from '../temporary.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

const minute = 60_000;
const hour = 60 * minute;

/** How long after now a stamp counts, in whole minutes. */
function settledFor({ until = 0 }: SuiteStamp): number {
  return Math.round((until - Date.now()) / minute);
}

test('a stamp is read back as it was written', () => {
  const root = temporaryFolder();
  expect(readStamp(root, 'trixie')).toBeUndefined();
  const stamp = failedStamp('deb x', { fault: 'no route to host', gone: false, fetched: 1000 });
  writeStamp(root, 'trixie', stamp);
  expect(readStamp(root, 'trixie')).toEqual(stamp);
});

test('a damaged stamp is removed, and counts as none', () => {
  const root = temporaryFolder();
  writeStamp(root, 'trixie', freshStamp('deb x'));
  for (const text of ['{"source": "deb x", "fetch', '{"source": 3}', '']) {
    writeFileSync(path.join(root, 'stamps/trixie.json'), text);
    expect(readStamp(root, 'trixie')).toBeUndefined();
    expect(readdirSync(path.join(root, 'stamps'))).toEqual([]);
  }
});

test('a suite that was fetched is asked for again after a day, one that failed after minutes, one that is gone after a day', () => {
  vi.useFakeTimers({ now: 1e12 });
  vi.stubEnv('HAZMAT_APT_MAX_AGE', undefined);
  const fault = 'x';
  const stamps = [freshStamp('s'), failedStamp('s', { fault, gone: false }), failedStamp('s', { fault, gone: true })];
  expect(stamps.map(settledFor)).toEqual([24 * 60, 5, 24 * 60]);
  expect(stamps.map(isSettled)).toEqual([true, true, true]);
  vi.setSystemTime(1e12 + 6 * minute);
  expect(stamps.map(isSettled)).toEqual([true, false, true]);
  vi.setSystemTime(1e12 + 25 * hour);
  expect(stamps.map(isSettled)).toEqual([false, false, false]);
});

test('HAZMAT_APT_MAX_AGE shortens both', () => {
  vi.useFakeTimers({ now: 1e12 });
  vi.stubEnv('HAZMAT_APT_MAX_AGE', '0');
  expect(settledFor(failedStamp('s', { fault: 'x', gone: false }))).toBe(0);
  expect(isSettled(freshStamp('s'))).toBe(false);
});

test('a stamp from the future does not count: the clock was set back', () => {
  vi.useFakeTimers({ now: 1e12 });
  const stamp = freshStamp('s');
  vi.setSystemTime(1e12 - hour);
  expect(isSettled(stamp)).toBe(false);
});
