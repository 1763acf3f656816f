// SPDX-License-Identifier: GPL-2.0-only
// The order of versions as the real dpkg has it.
import { expect, test } from 'vitest';
import { isNewerVersion, newestVersion } from '../../../harness/host/debian/debian-version.ts';

test.each([
  ['7.3-1', '7.3~rc7-1', true],
  ['7.3~rc7-1', '7.3-1', false],
  ['6.12.107-1', '6.12.99-1', true],
  ['1:1.0', '9.0', true],
  ['6.12.107-1', '6.12.107-1', false],
  ['6.12.107-1+b1', '6.12.107-1', true],
])('%s is newer than %s: %s', async (a, b, newer) => {
  expect(await isNewerVersion(a, b)).toBe(newer);
});

test('the newest of a list, of equal ones the first', async () => {
  const items = ['6.1-1', '6.12-1', '6.12-1', '6.9-1'].map((version, index) => ({ version, index }));
  expect(await newestVersion(items)).toEqual({ version: '6.12-1', index: 1 });
  expect(await newestVersion<{ version: string }>([])).toBeUndefined();
});
