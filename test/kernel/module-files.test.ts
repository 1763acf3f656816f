// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { decompressModules, dropBinaryIndexes, indexModules } from '../../harness/kernel/module-files.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { writeTree } from './source.ts';

const release = '6.12.9-test';

test('modules are decompressed, whatever they were compressed with, and other files are left alone', async () => {
  const folder = temporaryFolder();
  writeTree(folder, { 'fs/a.ko': 'a', 'fs/b.ko': 'b', 'fs/xfs/c.ko': 'c', 'fs/d.ko': 'd', 'fs/notes.xz': 'x' });
  for (const [program, file] of [
    ['xz', 'fs/a.ko'],
    ['zstd', 'fs/b.ko'],
    ['gzip', 'fs/xfs/c.ko'],
  ] as const) {
    execFileSync(program, ['-q', ...(program === 'zstd' ? ['--rm'] : []), path.join(folder, file)]);
  }
  await decompressModules(folder);
  expect(readdirSync(path.join(folder, 'fs')).sort()).toEqual(['a.ko', 'b.ko', 'd.ko', 'notes.xz', 'xfs']);
  expect(readFileSync(path.join(folder, 'fs/a.ko'), 'utf8')).toBe('a');
  expect(readFileSync(path.join(folder, 'fs/b.ko'), 'utf8')).toBe('b');
  expect(readFileSync(path.join(folder, 'fs/xfs/c.ko'), 'utf8')).toBe('c');
});

test('a damaged module is an error', async () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'a.ko.xz'), 'not xz');
  await expect(decompressModules(folder)).rejects.toThrow('xz failed');
});

test('depmod indexes below lib or usr/lib, and the binary indexes are removed', async () => {
  const root = temporaryFolder();
  const modules = path.join(root, 'lib/modules', release);
  mkdirSync(path.join(modules, 'kernel'), { recursive: true });
  for (const name of ['modules.order', 'modules.builtin']) writeFileSync(path.join(modules, name), '');
  await indexModules(root, release);
  expect(existsSync(path.join(root, 'usr/lib/modules', release, 'modules.dep'))).toBe(true);
  expect(existsSync(path.join(modules, 'modules.dep.bin'))).toBe(true);
  dropBinaryIndexes(modules);
  const names = readdirSync(modules);
  expect(names).toContain('modules.dep');
  expect(names.filter((name) => /\.bin$|symbols|devname/.test(name))).toEqual([]);
});
