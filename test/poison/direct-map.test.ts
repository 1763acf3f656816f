// SPDX-License-Identifier: GPL-2.0-only

import { expect, test } from 'vitest';
import { directMapBase } from '../../harness/poison/direct-map.ts';

/** The head of an ELF core with these program headers: type, virtual, physical. */
function core(headers: [type: number, virtual: bigint, physical: bigint][]): Buffer {
  const bytes = Buffer.alloc(64 + headers.length * 56);
  bytes.write('\x7fELF', 0, 'latin1');
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(headers.length, 56);
  headers.forEach(([type, virtual, physical], index) => {
    const at = 64 + index * 56;
    bytes.writeUInt32LE(type, at);
    bytes.writeBigUInt64LE(virtual, at + 16);
    bytes.writeBigUInt64LE(physical, at + 24);
  });
  return bytes;
}

const note: [number, bigint, bigint] = [4, 0n, 0n];
const text: [number, bigint, bigint] = [1, 0xffffffff9ac00000n, 0x19c00000n];
const vmalloc: [number, bigint, bigint] = [1, 0xffffc90000000000n, 0xffffffffffffffffn];

test('the first range of RAM tells where the direct map begins, with four levels and with five', () => {
  expect(directMapBase(core([note, vmalloc, text, [1, 0xffff888000001000n, 0x1000n]]))).toBe(0xffff888000000000n);
  expect(directMapBase(core([note, text, vmalloc, [1, 0xff138fac40100000n, 0x100000n]]))).toBe(0xff138fac40000000n);
});

test('a core without RAM, a cut one and something else tell nothing', () => {
  expect(directMapBase(core([note, text, vmalloc]))).toBeUndefined();
  expect(directMapBase(core([note, [1, 0xffff888000001000n, 0x1000n]]).subarray(0, 130))).toBeUndefined();
  expect(directMapBase(Buffer.from('no core'))).toBeUndefined();
});
