// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { cleanCache } from '../../harness/run/clean-cache.ts';
import { temporaryFolder } from '../host/temporary.ts';

let root: string;
beforeEach(() => {
  root = path.join(temporaryFolder(), 'cache');
  vi.stubEnv('HAZMAT_CACHE', root);
});
afterEach(() => void vi.unstubAllEnvs());

function put(file: string, bytes = 4096): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), Buffer.alloc(bytes, 1));
}

it('removes saved guests and initramfs, and keeps the rest', () => {
  for (const file of ['checkpoints/a/ram', 'checkpoints/b/ram', 'initramfs/c/initramfs.cpio', 'kernels/d/vmlinuz']) {
    put(file);
  }
  put('userspace/e.json');
  expect(cleanCache(false)).toBe(3 * 4096);
  expect(readdirSync(path.join(root, 'checkpoints'))).toEqual([]);
  expect(existsSync(path.join(root, 'kernels/d/vmlinuz'))).toBe(true);
  expect(existsSync(path.join(root, 'userspace/e.json'))).toBe(true);
});

it('removes everything, files that are no entry of a cache too, and counts a file with two links once', () => {
  for (const file of ['checkpoints/a/ram', 'userspace/e.json', 'accelerator.json', 'build-trees/f/out/vmlinux'])
    put(file);
  mkdirSync(path.join(root, 'kernels/g'), { recursive: true });
  linkSync(path.join(root, 'build-trees/f/out/vmlinux'), path.join(root, 'kernels/g/vmlinux'));
  expect(cleanCache(true)).toBe(4 * 4096);
  expect(existsSync(root)).toBe(false);
});

it('has nothing to do without a cache', () => {
  expect([cleanCache(false), cleanCache(true)]).toEqual([0, 0]);
});
