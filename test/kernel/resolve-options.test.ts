// SPDX-License-Identifier: GPL-2.0-only
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { Apt } from '../../harness/host/debian/apt.ts';
import { aptOf } from '../../harness/kernel/resolve-options.ts';
import { temporaryFolder } from '../host/temporary.ts';

afterEach(() => vi.unstubAllEnvs());

test('the apt root is the given one, or the shared one in the cache', () => {
  const cache = temporaryFolder();
  vi.stubEnv('HAZMAT_CACHE', cache);
  const apt = new Apt({ root: path.join(cache, 'other') });
  expect(aptOf({ apt })).toBe(apt);
  expect(aptOf({})).not.toBe(apt);
});
