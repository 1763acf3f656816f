// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Catalog } from '../../../harness/kernel/catalog.ts';
import { resolvePatched } from '../../../harness/kernel/build/patched.ts';
import { kernelCache } from '../../../harness/kernel/kernel-cache.ts';
import { resolveDebian } from '../../../harness/kernel/stock/debian.ts';
import { makeArchive } from '../../host/archive.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { aptOfArchive, source, whole } from '../stock/small-archive.ts';
import { pathWithout } from '../without-programs.ts';

const catalog: Catalog = { lines: { '9.1': ['trixie'] }, without: [] };
const wanted = { line: '9.1', version: '9.1' };

let folder: string;
let notes: string[];
beforeEach(async () => {
  folder = temporaryFolder();
  vi.stubEnv('HAZMAT_CACHE', path.join(folder, 'cache'));
  notes = [];
  await makeArchive(path.join(folder, 'archive'), 'trixie', [whole('9'), source('9')]);
});
afterEach(() => vi.unstubAllEnvs());

function resolve(): ReturnType<typeof resolvePatched> {
  const patch = path.join(folder, 'a.patch');
  writeFileSync(patch, '--- a/fs/a.c\n+++ b/fs/a.c\n@@ -1 +1 @@\n-a\n+b\n');
  const options = { apt: aptOfArchive(folder), progress: (note: string) => notes.push(note) };
  return resolvePatched('9.1+a', wanted, { words: [patch], part: undefined }, catalog, options);
}

test('without pahole nothing is fetched: a stock configuration has BTF', async () => {
  vi.stubEnv('PATH', pathWithout('pahole'));
  await expect(resolve()).rejects.toMatchObject({
    message: 'this machine lacks what building a kernel needs',
    hint: expect.stringContaining('pahole: CONFIG_DEBUG_INFO_BTF needs it') as string,
  });
  expect(notes.filter((note) => note.startsWith('fetching'))).toEqual([]);
  expect(kernelCache().entries()).toEqual([]);
});

test('with the stock kernel in the cache the source is not fetched either', async () => {
  await resolveDebian('9.1', wanted, catalog, { apt: aptOfArchive(folder) });
  vi.stubEnv('PATH', pathWithout('flex'));
  await expect(resolve()).rejects.toThrow('this machine lacks what building a kernel needs');
  expect(notes.filter((note) => note.startsWith('fetching'))).toEqual([]);
  expect(readdirSync(path.join(folder, 'cache/apt/debs'))).toEqual([]);
});
