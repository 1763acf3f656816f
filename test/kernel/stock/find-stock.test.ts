// SPDX-License-Identifier: GPL-2.0-only
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Catalog } from '../../../harness/kernel/catalog.ts';
import { findStock, NoStockKernel, stockKey } from '../../../harness/kernel/stock/find-stock.ts';
import { recallStock } from '../../../harness/kernel/stock/stock-memory.ts';
import { makeArchive } from '../../host/archive.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { aptOfArchive, source, whole } from './small-archive.ts';

const catalog: Catalog = { lines: { '9.1': ['trixie', 'trixie-security'] }, without: [] };
const wanted = { line: '9.1', version: '9.1' };

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  vi.stubEnv('HAZMAT_CACHE', path.join(folder, 'cache'));
});
afterEach(() => vi.unstubAllEnvs());

test('the newest of all suites is found and remembered; it may come from another suite than the source', async () => {
  await makeArchive(path.join(folder, 'archive'), 'trixie', [whole('9'), source('9')]);
  await makeArchive(path.join(folder, 'security'), 'trixie-security', [whole('10')]);
  const stock = await findStock(wanted, catalog, { apt: aptOfArchive(folder) });
  expect(stock).toMatchObject({ version: '9.1.10-1', suite: 'trixie-security', hasSource: true });
  expect(recallStock('9.1')?.answer).toEqual(stock);
  // What is remembered needs no index, unless it is asked for again.
  await makeArchive(path.join(folder, 'elsewhere/archive'), 'trixie', [whole('11')]);
  const elsewhere = { apt: aptOfArchive(path.join(folder, 'elsewhere')) };
  expect((await findStock(wanted, catalog, elsewhere)).version).toBe('9.1.10-1');
  expect((await findStock(wanted, catalog, elsewhere, { askAgain: true })).version).toBe('9.1.11-1');
});

test('an answer from half of the suites is not remembered', async () => {
  vi.stubEnv('HAZMAT_OFFLINE', '1');
  await expect(findStock(wanted, catalog, { apt: aptOfArchive(folder) })).rejects.toThrow(NoStockKernel);
  expect(recallStock('9.1')).toBeUndefined();
});

test('without a kernel the error names the suites, and says whether the source is there', async () => {
  await makeArchive(path.join(folder, 'archive'), 'trixie', [whole('9'), source('9')]);
  await makeArchive(path.join(folder, 'security'), 'trixie-security', []);
  const options = { apt: aptOfArchive(folder) };
  await expect(findStock({ line: '9.1', version: '9.1.7' }, catalog, options)).rejects.toMatchObject({
    message: 'there is no stock kernel 9.1.7',
    hint: 'Looked in: trixie, trixie-security.\nAvailable: 9.1.9.',
    hasSource: true,
  });
});

test('the key of a kernel follows its packages and the modules that are left out', async () => {
  await makeArchive(path.join(folder, 'archive'), 'trixie', [whole('9'), whole('10')]);
  const options = { apt: aptOfArchive(folder) };
  const [nine, ten] = await Promise.all(
    ['9.1.9', '9.1.10'].map((version) => findStock({ line: '9.1', version }, catalog, options)),
  );
  if (nine === undefined || ten === undefined) throw new Error('a kernel is missing');
  const keys = [stockKey(nine, []), stockKey(ten, []), stockKey(nine, ['kernel/sound'])];
  expect(new Set(keys).size).toBe(3);
  expect(stockKey({ ...nine, hasSource: true, suite: 'elsewhere' }, [])).toBe(keys[0]);
});
