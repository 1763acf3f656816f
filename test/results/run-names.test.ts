// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { cellFolderName, fileNameOf, folderTime } from '../../harness/results/run-names.ts';

test('run folders sort by local time and hold no colon', () => {
  expect(folderTime(new Date(2026, 10, 20, 9, 5, 2))).toBe('2026-11-20T09-05-02');
});

test.each([
  [
    { scenario: 'remove/shared-mappers', kernel: 'debian:6.12', repeat: 1, repeats: 1 },
    'debian-6.12/remove/shared-mappers',
  ],
  [{ scenario: 'poison/load', kernel: 'debian:6.12', repeat: 7, repeats: 50 }, 'debian-6.12/poison/load/07'],
])('the folder of %o', (cell, folder) => {
  expect(cellFolderName(cell)).toBe(folder);
});

test('names that had to change do not clash, and never leave their folder', () => {
  expect(fileNameOf('image:/a/b')).not.toBe(fileNameOf('image:/a-b'));
  const outside = cellFolderName({ scenario: '../../etc', kernel: '../x', repeat: 1, repeats: 1 });
  expect(outside.split('/')).not.toContain('..');
  expect(fileNameOf('x'.repeat(300)).length).toBeLessThan(80);
});
