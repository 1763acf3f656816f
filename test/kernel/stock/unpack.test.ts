// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readKeptKernel } from '../../../harness/kernel/kept-kernel.ts';
import { keptStockSchema, unpackKernel } from '../../../harness/kernel/stock/unpack.ts';
import type { StockKernel } from '../../../harness/kernel/stock/stock.ts';
import { makeDeb, type TestPackage } from '../../host/archive.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { split, whole } from './small-archive.ts';

async function unpack(packages: TestPackage[], without: string[]): Promise<string> {
  const folder = temporaryFolder();
  const debs: string[] = [];
  for (const pkg of packages) debs.push(await makeDeb(temporaryFolder(), pkg));
  const [first] = packages;
  const stock: StockKernel = {
    name: first?.name ?? '',
    version: first?.version ?? '',
    suite: 'trixie',
    signed: true,
    hasSource: false,
    payload: packages.map(({ name, version }) => ({
      name,
      version,
      architecture: 'amd64',
      size: 1,
      sha256: 'a'.repeat(64),
      depends: '',
      suite: 'trixie',
    })),
  };
  await unpackKernel(stock, debs, without, folder);
  return folder;
}

test('image, configuration and modules are kept and indexed, without the folders that are left out', async () => {
  const folder = await unpack([whole('9')], ['kernel/sound', 'kernel/gone']);
  const modules = path.join(folder, 'lib/modules/9.1.9+deb99-amd64');
  expect(readFileSync(path.join(folder, 'vmlinuz'), 'utf8')).toBe('image 9');
  expect(readFileSync(path.join(folder, 'config'), 'utf8')).toBe('CONFIG_X=y\n');
  const there = ['modules.dep', 'kernel/sound', 'System.map'].map((name) => existsSync(path.join(modules, name)));
  expect(there).toEqual([true, false, false]);
  expect(existsSync(path.join(folder, 'unpacked'))).toBe(false);
  expect(readKeptKernel(folder, keptStockSchema)).toEqual({
    release: '9.1.9+deb99-amd64',
    version: '9.1.9',
    origin: 'linux-image-9.1.9+deb99-amd64 9.1.9-1 (trixie)',
    packages: [{ name: 'linux-image-9.1.9+deb99-amd64', version: '9.1.9-1', suite: 'trixie', sha256: 'a'.repeat(64) }],
  });
});

test('the parts of a split kernel make one', async () => {
  const parts = split('9.1.4-1', '9.1.4-amd64').filter(({ name }) => !name.startsWith('linux-image'));
  const folder = await unpack(parts, []);
  expect(readFileSync(path.join(folder, 'vmlinuz'), 'utf8')).toBe('split image');
  expect(existsSync(path.join(folder, 'lib/modules/9.1.4-amd64/modules.dep'))).toBe(true);
});

test('packages without modules are an error that names them', async () => {
  const empty: TestPackage = { name: 'linux-image-9.1.9-amd64', version: '9.1.9-1', files: { 'boot/vmlinuz-9': 'x' } };
  await expect(unpack([empty], [])).rejects.toThrow(
    'the packages of linux-image-9.1.9-amd64 9.1.9-1 have no lib/modules/RELEASE',
  );
});
