// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { formatSize, parseSize } from '../../harness/host/size.ts';

it.each([
  ['0', 0],
  ['512', 512],
  ['4K', 4096],
  ['512M', 2 ** 29],
  ['1G', 2 ** 30],
  ['1GiB', 2 ** 30],
  ['2TB', 2 ** 41],
  [' 64K ', 65536],
])('reads %s', (text, bytes) => expect(parseSize(text)).toBe(bytes));

it.each(['', 'K', '1.5G', '-1', '1 G', '1X', '0x10', '1e3', '64k'])('refuses `%s`', (text) =>
  expect(parseSize(text)).toBeUndefined(),
);

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [10 * 2 ** 20, '10 MiB'],
  [1.5 * 2 ** 30, '1.5 GiB'],
  [2 ** 40, '1.0 TiB'],
])('writes %d bytes', (bytes, text) => expect(formatSize(bytes)).toBe(text));
