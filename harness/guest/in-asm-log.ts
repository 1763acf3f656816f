// SPDX-License-Identifier: GPL-2.0-only
// QEMU's log of translated instructions (-d in_asm). A line is an address, the bytes of the instruction, and its text; the bytes of a long
// instruction go on in a line with an address of its own.

import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** Kernel and modules are in the top 2 GiB, so an address is written as its last 32 bits. */
const prefix = Buffer.from('0xffffffff');
const digits = 8;
const newline = 0x0a;
const blank = 0x20;

/** Bytes of the log that are read at a time. */
const chunk = 1 << 20;

/**
 * The code in a log, in parts: each part begins at one of `marks`, which are offsets in the log, in order, the first 0. Of each part the
 * spans of its instructions as they come: `[begin, end, ...]`, low 32 bits.
 */
export async function readInAsm(file: string, marks: readonly number[]): Promise<number[][]> {
  const parts: number[][] = marks.map(() => []);
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return parts;
  const handle = await open(file);
  try {
    let at = 0;
    let part = 0;
    let rest = Buffer.alloc(0);
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(chunk), 0, chunk, at + rest.length);
      const data =
        rest.length === 0 ? buffer.subarray(0, bytesRead) : Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      let begin = 0;
      for (let end = data.indexOf(newline); end !== -1; end = data.indexOf(newline, begin)) {
        while ((marks[part + 1] ?? Infinity) <= at + begin) part++;
        addLine(data, begin, end, parts[part] ?? []);
        begin = end + 1;
      }
      at += begin;
      rest = Buffer.from(data.subarray(begin));
      // A line that is not whole is of a QEMU that was killed in it.
      if (bytesRead === 0) return parts;
    }
  } finally {
    await handle.close();
  }
}

function addLine(data: Buffer, begin: number, end: number, pieces: number[]): void {
  if (
    end - begin < prefix.length + digits ||
    data.compare(prefix, 0, prefix.length, begin, begin + prefix.length) !== 0
  )
    return;
  const address = hexNumber(data, begin + prefix.length, digits);
  const bytes = countBytes(data, begin + prefix.length + digits + 1, end);
  if (address === undefined || bytes === 0) return;
  const last = pieces.length - 1;
  if (pieces[last] === address) pieces[last] = address + bytes;
  else pieces.push(address, address + bytes);
}

/** Pairs of hexadecimal digits, one blank apart; the text comes after more than one. */
function countBytes(data: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && data[at] === blank) at++;
  let count = 0;
  while (at + 2 <= end && hexNumber(data, at, 2) !== undefined && (at + 2 === end || data[at + 2] === blank)) {
    count++;
    at += 3;
    if (data[at] === blank) break;
  }
  return count;
}

function hexNumber(data: Buffer, from: number, length: number): number | undefined {
  let number = 0;
  for (let at = from; at < from + length; at++) {
    const code = data[at] ?? 0;
    const digit = code >= 0x30 && code <= 0x39 ? code - 0x30 : code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
    if (digit === -1) return undefined;
    number = number * 16 + digit;
  }
  return number;
}
