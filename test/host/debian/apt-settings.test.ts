// SPDX-License-Identifier: GPL-2.0-only
import { afterEach, expect, test, vi } from 'vitest';
import { indexMaxAge, isOffline } from '../../../harness/host/debian/apt-settings.ts';

afterEach(() => void vi.unstubAllEnvs());

test.each([
  [undefined, 24],
  ['', 24],
  ['0', 0],
  ['1.5', 1.5],
  ['-1', 24],
  ['soon', 24],
])('HAZMAT_APT_MAX_AGE=%s is %d hours', (value, hours) => {
  vi.stubEnv('HAZMAT_APT_MAX_AGE', value);
  expect(indexMaxAge()).toBe(hours * 3_600_000);
});

test.each([
  [undefined, false],
  ['', false],
  ['0', false],
  ['1', true],
  ['yes', true],
])('HAZMAT_OFFLINE=%s forbids the network: %s', (value, offline) => {
  vi.stubEnv('HAZMAT_OFFLINE', value);
  expect(isOffline()).toBe(offline);
});
