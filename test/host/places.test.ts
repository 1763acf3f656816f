// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { cacheRoot, existingParent, projectRoot, resultsRoot, scratchRoot } from '../../harness/host/places.ts';

afterEach(() => vi.unstubAllEnvs());

it('finds the checkout', () => expect(existsSync(path.join(projectRoot, 'package.json'))).toBe(true));

it('takes the cache from HAZMAT_CACHE, else XDG_CACHE_HOME, else the home folder', () => {
  vi.stubEnv('HAZMAT_CACHE', undefined);
  vi.stubEnv('XDG_CACHE_HOME', undefined);
  expect(cacheRoot()).toBe(path.join(os.homedir(), '.cache/hazmat'));
  vi.stubEnv('XDG_CACHE_HOME', '/xdg');
  expect(cacheRoot()).toBe('/xdg/hazmat');
  vi.stubEnv('XDG_CACHE_HOME', 'relative/xdg');
  expect(cacheRoot()).toBe(path.join(os.homedir(), '.cache/hazmat'));
  vi.stubEnv('HAZMAT_CACHE', 'here');
  expect(cacheRoot()).toBe(path.resolve('here'));
});

it('takes results from HAZMAT_RESULTS, else the checkout', () => {
  vi.stubEnv('HAZMAT_RESULTS', undefined);
  expect(resultsRoot()).toBe(path.join(projectRoot, 'results'));
  vi.stubEnv('HAZMAT_RESULTS', '/somewhere');
  expect(resultsRoot()).toBe('/somewhere');
});

it('keeps sockets where their paths are short enough for the kernel', () => {
  vi.stubEnv('TMPDIR', undefined);
  expect(`${scratchRoot()}/gXXXXXX-1234567-123456789012/console.sock`.length).toBeLessThan(107);
});

it('finds the nearest folder that exists', () => {
  expect(existingParent(path.join(projectRoot, 'no/such/folder'))).toBe(projectRoot);
  expect(existingParent(projectRoot)).toBe(projectRoot);
});
