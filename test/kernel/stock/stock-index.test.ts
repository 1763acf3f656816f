// SPDX-License-Identifier: GPL-2.0-only
import path from 'node:path';
import { expect, test } from 'vitest';
import { StockIndex } from '../../../harness/kernel/stock/stock-index.ts';
import { makeArchive } from '../../host/archive.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { aptOfArchive, source, split, whole } from './small-archive.ts';

test('kernels and their sources are read, each suite once; a suite that the mirror lacks is a state', async () => {
  const folder = temporaryFolder();
  await makeArchive(path.join(folder, 'archive'), 'trixie', [
    whole('9'),
    source('9'),
    { name: 'linux-headers-9.1.9+deb99-amd64', version: '9.1.9-1', files: {} },
    { name: 'linux-source-9.1-doc', version: '9.1.9-1', files: {} },
  ]);
  const notes: string[] = [];
  const index = new StockIndex({ apt: aptOfArchive(folder), progress: (note) => notes.push(note) });
  const { packages, states } = await index.read(['trixie', 'experimental']);
  expect(packages.map(({ name }) => name)).toEqual(['linux-image-9.1.9+deb99-amd64', 'linux-source-9.1']);
  expect(states.map(({ suite, fault }) => [suite, fault === undefined])).toEqual([
    ['trixie', true],
    ['experimental', false],
  ]);
  await index.read(['trixie']);
  expect(notes).toEqual(['reading the package index of trixie', 'reading the package index of experimental']);
});

test('all parts of a split kernel are read', async () => {
  const folder = temporaryFolder();
  const parts = split('9.1.4-1', '9.1.4-amd64');
  await makeArchive(path.join(folder, 'archive'), 'trixie', parts);
  const { packages } = await new StockIndex({ apt: aptOfArchive(folder) }).read(['trixie']);
  expect(packages.map(({ name }) => name).sort()).toEqual(parts.map(({ name }) => name).sort());
});
