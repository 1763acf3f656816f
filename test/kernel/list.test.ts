// SPDX-License-Identifier: GPL-2.0-only
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Catalog } from '../../harness/kernel/catalog.ts';
import { kernelCache } from '../../harness/kernel/kernel-cache.ts';
import { listKernels } from '../../harness/kernel/list.ts';
import { resolveDebian } from '../../harness/kernel/stock/debian.ts';
import { makeArchive } from '../host/archive.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { aptOfArchive, source, split, whole } from './stock/small-archive.ts';

const catalog: Catalog = {
  lines: { '9.10': ['experimental'], '9.1': ['trixie-backports'], '9.2': ['experimental'] },
  without: [],
};

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  vi.stubEnv('HAZMAT_CACHE', path.join(folder, 'cache'));
});
afterEach(() => vi.unstubAllEnvs());

test('each line has its newest kernel, its size in the cache, whether its source is there, or why there is none', async () => {
  await makeArchive(path.join(folder, 'archive'), 'trixie-backports', [whole('9'), whole('10'), source('10')]);
  const [binary, ...rest] = split('9.2.4-1', '9.2.4-amd64');
  const modules = rest.filter(({ name }) => !name.startsWith('linux-modules'));
  await makeArchive(path.join(folder, 'archive'), 'experimental', binary === undefined ? [] : [binary, ...modules]);
  const options = { apt: aptOfArchive(folder) };

  const listed = await listKernels(options, catalog);
  expect(listed.map(({ line }) => line)).toEqual(['9.1', '9.2', '9.10']);
  expect(listed[0]).toEqual({
    line: '9.1',
    newest: { version: '9.1.10', package: 'linux-image-9.1.10+deb99-amd64 9.1.10-1', suite: 'trixie-backports' },
    bytes: undefined,
    hasSource: true,
    unavailable: undefined,
  });
  expect(listed[1]).toMatchObject({ newest: undefined, hasSource: false });
  expect(listed[1]?.unavailable).toMatch(
    /^there is no stock kernel 9\.2\. Looked in: experimental\. .* no longer linux-modules/,
  );
  expect(listed[2]?.unavailable).toBe('there is no stock kernel 9.10. Looked in: experimental.');

  const kernel = await resolveDebian('9.1', { line: '9.1', version: '9.1' }, catalog, options);
  const [{ bytes } = {}] = kernelCache().entries();
  vi.stubEnv('HAZMAT_OFFLINE', '1');
  const [again] = await listKernels(options, catalog);
  expect(again?.newest?.version).toBe(kernel.version);
  expect(again?.bytes).toBe(bytes);
});
