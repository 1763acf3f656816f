// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { UsageError } from '../../harness/host/errors.ts';
import { catalogLines, loadCatalog, parseCatalog } from '../../harness/kernel/catalog.ts';

test("the project's catalog is right, and its lines come in the order of versions", () => {
  expect(catalogLines(loadCatalog())).toEqual([
    '5.10',
    '6.1',
    '6.12',
    '6.16',
    '6.17',
    '6.18',
    '6.19',
    '7.0',
    '7.1',
    '7.2',
    '7.3',
  ]);
});

test('a catalog with an unknown suite is refused with file, line and column', () => {
  expect.assertions(1);
  try {
    parseCatalog("lines:\n  '6.1': [bookwurm]\nwithout: []\n", 'catalog.yaml');
  } catch (error) {
    expect((error as UsageError).at).toBe('catalog.yaml:2:11');
  }
});
