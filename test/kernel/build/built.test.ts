// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadCatalog, type Catalog } from '../../../harness/kernel/catalog.ts';
import { resolveBuilt, versionOf } from '../../../harness/kernel/build/built.ts';
import { makeArchive } from '../../host/archive.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { repoOf, writeTree } from '../source.ts';
import { aptOfArchive, source } from '../stock/small-archive.ts';
import { pathWithout } from '../without-programs.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  vi.stubEnv('HAZMAT_CACHE', path.join(folder, 'cache'));
});
afterEach(() => vi.unstubAllEnvs());

const makefile = 'VERSION = 9\nPATCHLEVEL = 1\nSUBLEVEL = 9\nEXTRAVERSION =\n';

test.each([
  [makefile, '9.1.9'],
  ['# SPDX\nVERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 0\nEXTRAVERSION = -rc7\n', '7.3-rc7'],
  ['VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\nEXTRAVERSION = -mine\n', '6.12'],
])('the version in the Makefile %j is %s', async (text, version) => {
  const { repo, commit } = await repoOf({ Makefile: text });
  expect(await versionOf({ repo, commit, base: { commit, origin: 'x' } })).toBe(version);
});

test('a Makefile of something else is an error', async () => {
  const { repo, commit } = await repoOf({ Makefile: 'all:\n' });
  await expect(versionOf({ repo, commit, base: { commit, origin: 'thing.tar' } })).rejects.toThrow(
    'thing.tar is not a kernel’s source: its Makefile has no VERSION',
  );
});

test('a missing program is reported before the source is fetched', async () => {
  vi.stubEnv('PATH', pathWithout('flex'));
  const tree = temporaryFolder();
  writeTree(path.join(tree, 'linux'), { Makefile: makefile });
  const tarball = path.join(tree, 'x.tar.xz');
  execFileSync('tar', ['-cJf', tarball, '-C', tree, 'linux']);
  await makeArchive(path.join(folder, 'archive'), 'trixie', [source('9', readFileSync(tarball))]);
  const catalog: Catalog = { lines: { '9.1': ['trixie'] }, without: [] };
  const notes: string[] = [];
  const options = { apt: aptOfArchive(folder), progress: (note: string) => notes.push(note) };
  const wanted = { base: { kind: 'source', line: '9.1', version: '9.1' } as const, series: undefined };
  await expect(resolveBuilt('source:9.1', wanted, catalog, options)).rejects.toMatchObject({
    message: 'this machine lacks what building a kernel needs',
    hint: expect.stringContaining('flex') as string,
  });
  expect(notes).toEqual([]);
  expect(readdirSync(path.join(folder, 'cache/apt/debs'))).toEqual([]);
  expect(existsSync(path.join(folder, 'cache/build-trees'))).toBe(false);

  // A tarball that must be read in first, too.
  const file = { base: { kind: 'tarball', file: tarball } as const, series: undefined };
  await expect(resolveBuilt('tarball:x', file, catalog, options)).rejects.toThrow('this machine lacks');
  expect(notes).toEqual([]);
});

test('--config-from tree needs a tree with a .config', async () => {
  const tree = path.join(folder, 'linux');
  writeTree(tree, { Makefile: makefile });
  const options = { configFromTree: true };
  const git = { base: { kind: 'git', path: tree, ref: 'HEAD' } as const, series: undefined };
  await expect(resolveBuilt('git:x', git, loadCatalog(), options)).rejects.toThrow('this kernel is not one');
  const asTree = { base: { kind: 'tree', path: tree } as const, series: undefined };
  await expect(resolveBuilt('tree:x', asTree, loadCatalog(), options)).rejects.toThrow(
    `there is no ${path.join(tree, '.config')}`,
  );
});
