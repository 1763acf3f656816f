// SPDX-License-Identifier: GPL-2.0-only
// From a small archive to a kernel in the cache, with the real apt, dpkg-deb and depmod: no network.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Catalog } from '../../../harness/kernel/catalog.ts';
import { resolveDebian } from '../../../harness/kernel/stock/debian.ts';
import { kernelCache, releaseKernels } from '../../../harness/kernel/kernel-cache.ts';
import { makeArchive, type TestPackage } from '../../host/archive.ts';
import { aptOfArchive, split, whole } from './small-archive.ts';

const catalog: Catalog = { lines: { '9.1': ['trixie-backports', 'experimental'] }, without: ['kernel/sound'] };
const wanted = { line: '9.1', version: '9.1' };

let folder: string;
let notes: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-debian-'));
  vi.stubEnv('HAZMAT_CACHE', path.join(folder, 'cache'));
  notes = [];
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function resolve(version = '9.1') {
  const apt = aptOfArchive(folder, (text) => notes.push(`warning: ${text}`));
  const options = { apt, progress: (note: string) => notes.push(note) };
  return resolveDebian(`debian:${version}`, { ...wanted, version }, catalog, options);
}

test('the newest of the line is unpacked into the cache, and found again without the archive', async () => {
  await makeArchive(path.join(folder, 'archive'), 'trixie-backports', [whole('9'), whole('10'), whole('8')]);
  await makeArchive(path.join(folder, 'archive'), 'experimental', []);
  const kernel = await resolve();
  expect(kernel).toMatchObject({
    spec: 'debian:9.1',
    label: '9.1',
    version: '9.1.10',
    release: '9.1.10+deb99-amd64',
    origin: 'linux-image-9.1.10+deb99-amd64 9.1.10-1 (trixie-backports)',
  });
  expect(readFileSync(kernel.image, 'utf8')).toBe('image 10');
  expect(readdirSync(kernel.modules ?? '').sort()).toContain('modules.dep');
  expect(existsSync(path.join(kernel.modules ?? '', 'kernel/sound'))).toBe(false);
  expect(
    kernelCache()
      .entries()
      .map(({ key }) => key),
  ).toEqual([kernel.id]);
  expect(readdirSync(path.join(folder, 'cache/apt/debs'))).toEqual([]);

  rmSync(path.join(folder, 'archive'), { recursive: true });
  notes = [];
  expect(await resolve()).toEqual(kernel);
  expect(notes).toEqual([]);
});

test('a point release of the line can be asked for', async () => {
  await makeArchive(path.join(folder, 'archive'), 'trixie-backports', [whole('9'), whole('10')]);
  await makeArchive(path.join(folder, 'archive'), 'experimental', []);
  expect((await resolve('9.1.9')).version).toBe('9.1.9');
  await expect(resolve('9.1.7')).rejects.toMatchObject({
    hint: expect.stringContaining('Available: 9.1.9 9.1.10') as string,
  });
});

test('a split, unsigned kernel is put together; a newer release wins over a candidate in another suite', async () => {
  await makeArchive(path.join(folder, 'archive'), 'trixie-backports', split('9.1.4-1~bpo13+1', '9.1.4+deb13-amd64'));
  await makeArchive(path.join(folder, 'archive'), 'experimental', split('9.1~rc7-1~exp1', '9.1-amd64'));
  const kernel = await resolve();
  expect(kernel.origin).toBe('linux-binary-unsigned-9.1.4+deb13-amd64 9.1.4-1~bpo13+1 (trixie-backports)');
  expect(readFileSync(kernel.image, 'utf8')).toBe('split image');
});

/** What an archive holds from now on. apt compares whole seconds, and these tests are faster than that. */
async function replaceArchive(packages: TestPackage[]): Promise<void> {
  rmSync(path.join(folder, 'archive'), { recursive: true });
  await makeArchive(path.join(folder, 'archive'), 'trixie-backports', packages);
  await makeArchive(path.join(folder, 'archive'), 'experimental', []);
  const soon = Date.now() / 1000 + 10;
  utimesSync(path.join(folder, 'archive/dists/trixie-backports/Release'), soon, soon);
}

test('when the archive drops a line, the cache still has it', async () => {
  await makeArchive(path.join(folder, 'archive'), 'trixie-backports', [whole('10')]);
  await makeArchive(path.join(folder, 'archive'), 'experimental', []);
  const kernel = await resolve();
  await replaceArchive([{ name: 'linux-base-other-amd64', version: '1', files: {} }]);
  vi.stubEnv('HAZMAT_APT_MAX_AGE', '0');
  expect(await resolve()).toEqual(kernel);
  releaseKernels();
  expect(kernelCache().remove(kernel.id)).toBe(true);
  await expect(resolve()).rejects.toThrow('there is no stock kernel 9.1');
});

test('when the archive dropped the remembered package, a newer one is looked for', async () => {
  await makeArchive(path.join(folder, 'archive'), 'trixie-backports', [whole('10')]);
  await makeArchive(path.join(folder, 'archive'), 'experimental', []);
  const { id } = await resolve();
  releaseKernels();
  expect(kernelCache().remove(id)).toBe(true);
  await replaceArchive([whole('11')]);
  expect((await resolve()).version).toBe('9.1.11');
});

test('a suite that is gone hides nothing that another has, and the answer is remembered', async () => {
  await makeArchive(path.join(folder, 'archive'), 'trixie-backports', [whole('10')]);
  const kernel = await resolve();
  expect(notes.filter((note) => note.startsWith('warning'))).toHaveLength(1);
  vi.stubEnv('HAZMAT_OFFLINE', '1');
  notes = [];
  expect(await resolve()).toEqual(kernel);
  vi.stubEnv('HAZMAT_APT_MAX_AGE', '0');
  expect(await resolve()).toEqual(kernel);
  expect(notes).toEqual([]);
});

test('a package without an image is an error that names it, and nothing stays in the cache', async () => {
  const empty: TestPackage = {
    name: 'linux-image-9.1.1+deb99-amd64',
    version: '9.1.1-1',
    files: { 'usr/lib/modules/9.1.1+deb99-amd64/kernel/README': '' },
  };
  await makeArchive(path.join(folder, 'archive'), 'trixie-backports', [empty]);
  await makeArchive(path.join(folder, 'archive'), 'experimental', []);
  await expect(resolve()).rejects.toThrow(
    'the packages of linux-image-9.1.1+deb99-amd64 9.1.1-1 have no vmlinuz-9.1.1+deb99-amd64',
  );
  releaseKernels();
  expect(readdirSync(path.join(folder, 'cache/kernels'))).toEqual([]);
});
