// SPDX-License-Identifier: GPL-2.0-only
// Where the blocks of a namespace in sector mode are, in a BTT that is written here byte by byte.

import { describe, expect, it } from 'vitest';
import { bindGuest } from '../../harness/guest/bound-guest.ts';
import { Deadline } from '../../harness/guest/deadline.ts';
import type { BoundGuest } from '../../harness/guest/live-guest.ts';
import { freeBlock, offsetsOfPart, parseInfo, placeInNamespaceOf } from '../../harness/poison/btt.ts';
import { planStack } from '../storage/plan-stack.ts';
import { FakeGuest, FakeQemu } from '../guest/fake-guest.ts';

const start = 0x1_0000_0000;
const page = 4096;
/** Offsets from the info block, which is a page behind the start of the namespace. */
const parts = { data: page, map: 0x10_0000, log: 0x20_0000, copy: 0x30_0000 };

function infoBlock(): Buffer {
  const block = Buffer.alloc(120);
  block.write('BTT_ARENA_INFO');
  block.writeUInt32LE(page, 56);
  block.writeUInt32LE(2048, 60);
  block.writeUInt32LE(page, 64);
  for (const [at, offset] of [
    [88, parts.data],
    [96, parts.map],
    [104, parts.log],
    [112, parts.copy],
  ] as const)
    block.writeBigUInt64LE(BigInt(offset), at);
  return block;
}

/** A group of the log: lba, old, new, sequence of each entry. */
function group(...entries: [old: number, sequence: number][]): Buffer {
  const bytes = Buffer.alloc(64);
  entries.forEach(([old, sequence], slot) => {
    bytes.writeUInt32LE(old, slot * 16 + 4);
    bytes.writeUInt32LE(sequence, slot * 16 + 12);
  });
  return bytes;
}

function words(bytes: Buffer): string {
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32LE(index * 4))
    .map((word) => `: 0x${word.toString(16).padStart(8, '0')}`)
    .join('\n');
}

/** A guest with this memory, by physical address. */
function guestWith(memory: Record<number, Buffer>): BoundGuest {
  const lines: Record<string, string> = {};
  for (const [address, bytes] of Object.entries(memory))
    lines[`xp /${bytes.length / 4}xw 0x${Number(address).toString(16)}`] = words(bytes);
  return bindGuest(new FakeGuest({}, { qemu: new FakeQemu(lines) }), new Deadline(1000));
}

const info = start + page;
const entryOf = (block: number): number => info + parts.map + block * 4;
const entry = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const stack = planStack('- namespace: {name: pmem0s, mode: sector}\n- namespace: {name: pmem1}');
const facts = { 'pmem0s resource': `0x${start.toString(16)}` };

describe('the place of a block', () => {
  it.each([
    ['that was never written is its own', 0, 5],
    ['that was written is in the map', 0xc000_0007, 7],
    ['with the mark of an error is in the map', 0x4000_0009, 9],
  ])('%s', async (_what, value, block) => {
    const guest = guestWith({ [info]: infoBlock(), [entryOf(5)]: entry(value) });
    expect(await placeInNamespaceOf(guest, stack, facts, { device: 'pmem0s', offset: 5 * page + 512 })).toEqual({
      device: 'pmem0s',
      offset: page + parts.data + block * page + 512,
    });
  });

  it('is as it is on a namespace in another mode', async () => {
    const place = { device: 'pmem1', offset: 8192 };
    expect(await placeInNamespaceOf(guestWith({}), stack, facts, place)).toEqual(place);
  });

  it('behind the end is a mistake', async () => {
    const guest = guestWith({ [info]: infoBlock() });
    const place = { device: 'pmem0s', offset: 2048 * page };
    await expect(placeInNamespaceOf(guest, stack, facts, place)).rejects.toThrow('the namespace has only 2048 blocks');
  });

  it('needs a BTT', async () => {
    const empty = Buffer.alloc(120);
    const guest = guestWith({ [info]: empty, [start]: empty });
    const place = { device: 'pmem0s', offset: 0 };
    await expect(placeInNamespaceOf(guest, stack, facts, place)).rejects.toThrow('no block translation table');
  });
});

describe('the parts', () => {
  const guest = guestWith({
    [info]: infoBlock(),
    [info + parts.log]: group([100, 1], [101, 2]),
    [info + parts.log + 64]: group([200, 1]),
  });
  const at = (part: 'btt-info' | 'btt-info-copy' | 'btt-map' | 'btt-log' | 'btt-free', first = 0, pages = 1) =>
    offsetsOfPart(guest, start, { part, page: first, pages });

  it('are where the info block says', async () => {
    expect(await at('btt-info')).toEqual([page]);
    expect(await at('btt-info-copy')).toEqual([page + parts.copy]);
    expect(await at('btt-log', 0, 3)).toEqual([page + parts.log]);
  });

  it('a page of the map has the entries of 1024 blocks', async () => {
    expect(await at('btt-map', 1000, 2)).toEqual([page + parts.map]);
    expect(await at('btt-map', 1023, 2)).toEqual([page + parts.map, 2 * page + parts.map]);
  });

  it('the free blocks are those that the log has given up last', async () => {
    expect(await at('btt-free', 0, 2)).toEqual([101, 200].map((block) => page + parts.data + block * page));
  });
});

describe('the free block of a group of the log', () => {
  it.each([
    ['a group that was never used', group([7, 1]), 7],
    ['the second is newer', group([7, 1], [8, 2]), 8],
    ['the first is newer', group([7, 3], [8, 2]), 7],
    ['sequence numbers begin again at 1', group([7, 3], [8, 1]), 8],
    ['and the other way round', group([7, 1], [8, 3]), 7],
    ['the mark of an error does not count', group([0x4000_0007, 1]), 7],
  ])('%s', (_what, bytes, block) => expect(freeBlock(bytes)).toBe(block));
});

it('does not take anything else for an info block', () => expect(parseInfo(Buffer.alloc(120), page)).toBeUndefined());
