// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { UsageError } from '../../harness/host/errors.ts';
import { catalogueLines, loadCatalogue, parseCatalogue } from '../../harness/kernel/catalogue.ts';

test("the project's catalogue is right, and its lines come in the order of versions", () => {
  expect(catalogueLines(loadCatalogue())).toEqual([
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

test('a catalogue with an unknown suite is refused with file, line and column', () => {
  expect.assertions(1);
  try {
    parseCatalogue("lines:\n  '6.1': [bookwurm]\nwithout: []\n", 'catalogue.yaml');
  } catch (error) {
    expect((error as UsageError).at).toBe('catalogue.yaml:2:11');
  }
});
