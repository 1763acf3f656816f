// SPDX-License-Identifier: GPL-2.0-only
// Source and headers of a small kernel, with the real apt, dpkg-deb and git: no network.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Catalog } from '../../../harness/kernel/catalog.ts';
import { fetchHeaders, fetchSource, fetchSourceOf } from '../../../harness/kernel/source/debian-source.ts';
import type { ResolveOptions } from '../../../harness/kernel/resolve-options.ts';
import { SourceRepo } from '../../../harness/kernel/source/source-repo.ts';
import type { KeptStock } from '../../../harness/kernel/stock/unpack.ts';
import { makeArchive } from '../../host/archive.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { writeTree } from '../source.ts';
import { aptOfArchive, source } from '../stock/small-archive.ts';

const catalog: Catalog = { lines: { '9.1': ['trixie'] }, without: [] };
const release = '9.1.9+deb99-amd64';
const stock: KeptStock = {
  release,
  version: '9.1.9',
  origin: 'linux-image',
  packages: [{ name: `linux-image-${release}`, version: '9.1.9-1', suite: 'trixie', sha256: 'a'.repeat(64) }],
};

let folder: string;
let notes: string[];
let options: ResolveOptions;
beforeEach(() => {
  folder = temporaryFolder();
  vi.stubEnv('HAZMAT_CACHE', path.join(folder, 'cache'));
  notes = [];
  options = { apt: aptOfArchive(folder), progress: (note) => notes.push(note) };
});
afterEach(() => vi.unstubAllEnvs());

/** A .tar.xz of a source whose Makefile has this point release. */
function tarball(point: string): Buffer {
  const tree = temporaryFolder();
  writeTree(path.join(tree, 'linux'), { Makefile: `VERSION = 9\nPATCHLEVEL = 1\nSUBLEVEL = ${point}\n` });
  const file = path.join(tree, 'x.tar.xz');
  execFileSync('tar', ['-cJf', file, '-C', tree, 'linux']);
  return readFileSync(file);
}

const archive = (...points: string[]): Promise<unknown> =>
  makeArchive(
    path.join(folder, 'archive'),
    'trixie',
    points.map((point) => source(point, tarball(point))),
  );

test('the newest source is imported, and taken from the repository the next time', async () => {
  await archive('9', '10');
  const repo = await SourceRepo.open();
  const base = await fetchSource(repo, { line: '9.1', version: '9.1' }, catalog, options);
  expect(base.origin).toBe('linux-source-9.1 9.1.10 (9.1.10-1)');
  expect(await repo.read(base.commit, 'Makefile')).toContain('SUBLEVEL = 10');
  expect(readdirSync(path.join(folder, 'cache/apt/debs'))).toEqual([]);
  notes = [];
  expect(await fetchSource(repo, { line: '9.1', version: '9.1.10' }, catalog, options)).toEqual(base);
  expect(notes).toEqual([]);
});

test('a release that is gone is an error that names the others', async () => {
  await archive('9', '10');
  const missing = fetchSource(await SourceRepo.open(), { line: '9.1', version: '9.1.7' }, catalog, options);
  await expect(missing).rejects.toMatchObject({
    message: 'Debian has no source of 9.1.7',
    hint: 'Looked for linux-source-9.1 in trixie; available: 9.1.9 9.1.10.',
  });
});

test('what speaks against a build is said before the source is fetched', async () => {
  await archive('9');
  const beforeFetch = (): void => {
    throw new Error('pahole is missing');
  };
  const fetching = fetchSource(await SourceRepo.open(), { line: '9.1', version: '9.1' }, catalog, {
    ...options,
    beforeFetch,
  });
  await expect(fetching).rejects.toThrow('pahole is missing');
  expect(notes).toEqual([]);
  expect(readdirSync(path.join(folder, 'cache/apt/debs'))).toEqual([]);
});

test('a stock kernel gets the source of its own version, or with a warning the newest of its line', async () => {
  await archive('9', '10');
  const repo = await SourceRepo.open();
  expect((await fetchSourceOf(repo, stock, '9.1', ['trixie'], options)).origin).toContain('9.1.9-1');
  const old = { ...stock, packages: stock.packages.map((pkg) => ({ ...pkg, version: '9.1.3-1' })) };
  expect((await fetchSourceOf(repo, old, '9.1', ['trixie'], options)).origin).toContain('9.1.10-1');
  expect(notes).toContain(
    'warning: Debian no longer has the source of 9.1.3-1: building from linux-source-9.1 9.1.10-1',
  );
});

test('configuration and symbols of a stock kernel come from its headers package, of the same version only', async () => {
  const headers = (version: string, config: string) => ({
    name: `linux-headers-${release}`,
    version,
    files: {
      [`usr/src/linux-headers-${release}/.config`]: config,
      [`usr/src/linux-headers-${release}/Module.symvers`]: 'symbols',
    },
  });
  await makeArchive(path.join(folder, 'archive'), 'trixie', [
    headers('9.1.10-1', 'CONFIG_NEW=y\n'),
    headers('9.1.9-1', 'CONFIG_OLD=y\n'),
  ]);
  const found = await fetchHeaders(stock, ['trixie'], options);
  expect(readdirSync(found).sort()).toEqual(['Module.symvers', 'config', 'manifest.json']);
  expect(readFileSync(path.join(found, 'config'), 'utf8')).toBe('CONFIG_OLD=y\n');
  const other = {
    ...stock,
    packages: stock.packages.map((pkg) => ({ ...pkg, version: '9.1.3-1', sha256: 'b'.repeat(64) })),
  };
  await expect(fetchHeaders(other, ['trixie'], options)).rejects.toThrow(
    `Debian has no package linux-headers-${release} 9.1.3-1: modules for this kernel cannot be built`,
  );
  expect(existsSync(path.join(folder, 'cache/headers'))).toBe(true);
});
