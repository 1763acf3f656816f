// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { parseConfig } from '../../harness/kernel/dot-config.ts';

test('values are as written, and what is not set is left out', () => {
  const text = 'CONFIG_XFS_FS=m\nCONFIG_FS_DAX=y\n# CONFIG_XFS_RT is not set\n\nCONFIG_NAME="a = b"\nCONFIG_EMPTY=\n';
  expect([...parseConfig(text)]).toEqual([
    ['XFS_FS', 'm'],
    ['FS_DAX', 'y'],
    ['NAME', '"a = b"'],
    ['EMPTY', ''],
  ]);
});
