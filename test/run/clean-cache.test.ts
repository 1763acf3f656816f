// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
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
  for (const name of ['checkpoints', 'guest-memory', 'kernels']) {
    for (const key of ['one', 'two']) {
      await new Cache(path.join(root, name)).ensure(key, (folder) => {
        writeFileSync(path.join(folder, 'data'), 'x'.repeat(2 ** 20));
        return Promise.resolve();
      });
    }
  }
  mkdirSync(path.join(root, 'apt'));
});
afterEach(() => void vi.unstubAllEnvs());

it('removes saved guests, and keeps the rest', () => {
  const { bytes, inUse } = cleanCache(false);
  expect(inUse).toEqual([]);
  expect(Math.round(bytes / 2 ** 20)).toBe(4);
  for (const name of ['checkpoints', 'guest-memory']) expect(readdirSync(path.join(root, name))).toEqual([]);
  expect(readdirSync(path.join(root, 'kernels')).sort()).toEqual(['one', 'two']);
});

it('removes everything, files that are no entry of a cache too, and counts a file with two links once', () => {
  writeFileSync(path.join(root, 'accelerator.json'), '{}');
  mkdirSync(path.join(root, 'build-trees/f/out'), { recursive: true });
  linkSync(path.join(root, 'kernels/one/data'), path.join(root, 'build-trees/f/out/vmlinux'));
  const { bytes, inUse } = cleanCache(true);
  expect(inUse).toEqual([]);
  expect(Math.round(bytes / 2 ** 20)).toBe(6);
  expect(existsSync(root)).toBe(false);
});

it('has nothing to do without a cache', () => {
  cleanCache(true);
  expect([cleanCache(false), cleanCache(true)]).toEqual(Array(2).fill({ bytes: 0, inUse: [] }));
});

it('keeps what a running harness holds, and all that has no holds while one runs', async () => {
  const other = anotherProcess(
    `import { Cache } from './harness/host/cache.ts';
     await new Cache(${JSON.stringify(path.join(root, 'checkpoints'))}).hold('one');
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
