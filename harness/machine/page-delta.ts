// SPDX-License-Identifier: GPL-2.0-only
// What changes a page into another, in the form in which QEMU loads it into the page that is there: by turns the length of a run of
// equal bytes, and the length of a run of changed bytes with these bytes. Lengths are ULEB128. Pure.
// Sources, QEMU 7.2: docs/xbzrle.txt, migration/xbzrle.c:xbzrle_decode_buffer.

import { pageBytes } from '../host/page.ts';

/** A run of equal bytes that is shorter takes more than to repeat the bytes. */
const shortestGap = 4;

/** A page that is not as it was has a delta; undefined when the page itself would be as short. */
export function deltaOf(was: Buffer, now: Buffer): Buffer | undefined {
  const delta = Buffer.allocUnsafe(pageBytes + 8);
  let length = 0;
  let at = 0;
  for (;;) {
    const equal = at;
    while (at < pageBytes && was[at] === now[at]) at++;
    if (at === pageBytes) return delta.subarray(0, length);
    const first = at;
    let end = at + 1;
    for (at = end; at < pageBytes && at - end < shortestGap; at++) if (was[at] !== now[at]) end = at + 1;
    at = end;
    if (length + 4 + end - first >= pageBytes) return undefined;
    length = writeLength(delta, length, first - equal);
    length = writeLength(delta, length, end - first);
    length += now.copy(delta, length, first, end);
  }
}

/** Changes a page as a delta says. @throws RangeError for one that is none */
export function applyDelta(page: Buffer, delta: Buffer): void {
  let at = 0;
  for (let from = 0; from < delta.length;) {
    const equal = readLength(delta, from);
    const changed = readLength(delta, equal.next);
    const first = at + equal.length;
    from = changed.next + changed.length;
    at = first + changed.length;
    if (changed.length === 0 || at > page.length || from > delta.length) throw new RangeError('no delta of a page');
    delta.copy(page, first, changed.next, from);
  }
}

/** Lengths are below 2^14: one byte, or two. */
function writeLength(buffer: Buffer, at: number, length: number): number {
  if (length < 0x80) return buffer.writeUInt8(length, at);
  return buffer.writeUInt8(length >> 7, buffer.writeUInt8((length & 0x7f) | 0x80, at));
}

function readLength(buffer: Buffer, at: number): { length: number; next: number } {
  const low = buffer.readUInt8(at);
  if (low < 0x80) return { length: low, next: at + 1 };
  return { length: (low & 0x7f) | (buffer.readUInt8(at + 1) << 7), next: at + 2 };
}
