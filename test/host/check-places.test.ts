// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { checkPlaces } from '../../harness/host/check-places.ts';
import { InfraError, UsageError } from '../../harness/host/errors.ts';
import { temporaryFolder } from './temporary.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  vi.stubEnv('HAZMAT_CACHE', path.join(folder, 'cache'));
  vi.stubEnv('HAZMAT_RESULTS', path.join(folder, 'results'));
  vi.stubEnv('TMPDIR', folder);
});
afterEach(() => void vi.unstubAllEnvs());

it('makes the folders that do not exist', () => {
  checkPlaces();
  expect(existsSync(path.join(folder, 'cache'))).toBe(true);
  expect(existsSync(path.join(folder, 'results'))).toBe(true);
});

it.each(['HAZMAT_CACHE', 'HAZMAT_RESULTS'])('does not take a file or a folder of the kernel for %s', (setting) => {
  const file = path.join(folder, 'file');
  writeFileSync(file, '');
  for (const [place, why] of [
    [file, 'it is a file, not a folder'],
    [path.join(file, 'below'), 'a part of the path is a file, not a folder'],
    ['/proc', 'it is on a file system of the kernel (proc)'],
    ['/proc/x/y', 'it is on a file system of the kernel (proc)'],
    ['/sys/x', 'it is on a file system of the kernel (sysfs)'],
  ] as const) {
    vi.stubEnv(setting, place);
    expect(checkPlaces).toThrow(UsageError);
    expect(checkPlaces).toThrow(
      new RegExp(`^${setting}: ${place} cannot be used for the .+: ${why.replace(/[()]/g, '.')}`),
    );
  }
});

it('does not call it wrong usage when nobody named the place', () => {
  vi.stubEnv('HAZMAT_CACHE', '');
  vi.stubEnv('XDG_CACHE_HOME', path.join(folder, 'file'));
  writeFileSync(path.join(folder, 'file'), '');
  expect(checkPlaces).toThrow(InfraError);
});

it('finds a folder for temporary files whose name is too long for sockets', () => {
  const long = path.join(folder, 'l'.repeat(100));
  mkdirSync(long);
  vi.stubEnv('TMPDIR', long);
  expect(checkPlaces).toThrow(/^TMPDIR is too long by \d+ bytes/);
});
