// SPDX-License-Identifier: GPL-2.0-only
import { linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { diskUsage } from '../../harness/host/disk-usage.ts';
import { temporaryFolder } from './temporary.ts';

it('counts blocks on disk: a hole is nothing, a symlink neither', () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'a/b'), { recursive: true });
  writeFileSync(path.join(folder, 'a/b/data'), Buffer.alloc(8192, 1));
  writeFileSync(path.join(folder, 'a/ram'), '');
  truncateSync(path.join(folder, 'a/ram'), 2 ** 30);
  symlinkSync('b/data', path.join(folder, 'a/link'));
  expect(diskUsage(path.join(folder, 'a'))).toEqual({ bytes: 8192, share: 8192 });
  expect(diskUsage(path.join(folder, 'a/b/data'))).toEqual({ bytes: 8192, share: 8192 });
});

it('shares a file among its hard links', () => {
  const folder = temporaryFolder();
  for (const name of ['one', 'two']) mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, 'one/data'), Buffer.alloc(8192, 1));
  linkSync(path.join(folder, 'one/data'), path.join(folder, 'two/data'));
  expect(diskUsage(path.join(folder, 'one'))).toEqual({ bytes: 8192, share: 4096 });
  expect(diskUsage(folder).share).toBe(8192);
});

it('finds nothing where nothing is', () => {
  expect(diskUsage(path.join(temporaryFolder(), 'not'))).toEqual({ bytes: 0, share: 0 });
});
