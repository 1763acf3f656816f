// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Cache } from '../../harness/host/cache.ts';
import { cleanCache } from '../../harness/run/clean-cache.ts';
import { anotherProcess, firstLine } from '../host/another-process.ts';
import { temporaryFolder } from '../host/temporary.ts';

let root: string;
beforeEach(async () => {
  root = temporaryFolder();
  vi.stubEnv('HAZMAT_CACHE', root);
  for (const name of ['checkpoints', 'kernels']) {
    for (const key of ['one', 'two']) {
      await new Cache(path.join(root, name)).ensure(key, (folder) => {
        writeFileSync(path.join(folder, 'data'), 'x');
        return Promise.resolve();
      });
    }
  }
  mkdirSync(path.join(root, 'apt'));
});
afterEach(() => void vi.unstubAllEnvs());

it('removes saved guests, and everything on request', () => {
  expect(cleanCache(false)).toEqual({ bytes: 4 * 4096, inUse: [] });
  expect(readdirSync(path.join(root, 'checkpoints'))).toEqual([]);
  expect(readdirSync(path.join(root, 'kernels')).sort()).toEqual(['one', 'two']);
  expect(cleanCache(true)).toEqual({ bytes: 4 * 4096, inUse: [] });
  expect(existsSync(root)).toBe(false);
});

it('keeps what a running harness holds, and all that has no holds while one runs', async () => {
  const other = anotherProcess(
    `import { Cache } from './harness/host/cache.ts';
     new Cache(${JSON.stringify(path.join(root, 'checkpoints'))}).hold('one');
     console.log('held');
     setInterval(() => undefined, 1000);`,
  );
  expect(await firstLine(other)).toBe('held');
  expect(cleanCache(true).inUse).toEqual(['checkpoints/one', 'apt']);
  expect(existsSync(path.join(root, 'checkpoints/one/data'))).toBe(true);
  expect(existsSync(path.join(root, 'apt'))).toBe(true);
  other.kill('SIGKILL');
  await other;
  expect(cleanCache(true).inUse).toEqual([]);
  expect(existsSync(root)).toBe(false);
});
