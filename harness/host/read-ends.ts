// SPDX-License-Identifier: GPL-2.0-only
// A file that a guest writes, such as its console, as text: all of it, or head and tail of one that is too long.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** How much of each end is read. Bytes. */
const endBytes = 8 << 20;

/** The text of a file; nothing when there is none. What is left out of the middle is said in a line of its own. */
export function readEnds(file: string, most: number = endBytes): string {
  let opened: number;
  try {
    opened = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(opened);
    if (size <= 2 * most) return read(opened, 0, size);
    const said = `\n[hazmat: ${size - 2 * most} bytes are left out here]\n`;
    return read(opened, 0, most) + said + read(opened, size - most, most);
  } finally {
    closeSync(opened);
  }
}

function read(file: number, position: number, bytes: number): string {
  const buffer = Buffer.alloc(bytes);
  let length = 0;
  while (length < bytes) {
    const got = readSync(file, buffer, length, bytes - length, position + length);
    if (got === 0) break;
    length += got;
  }
  return buffer.toString('utf8', 0, length);
}
