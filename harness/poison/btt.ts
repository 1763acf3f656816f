// SPDX-License-Identifier: GPL-2.0-only
// Where the blocks and the metadata of a namespace in sector mode lie. Its block translation table (BTT) moves a block at each
// write, so its map is read each time (drivers/nvdimm/btt.h, btt.c, 6.12). It is read from outside, so that this works while
// no driver has the namespace.

import { InfraError } from '../host/errors.ts';
import { pageBytes } from '../host/page.ts';
import type { BoundGuest } from '../guest/live-guest.ts';
import { readGuestMemory } from '../machine/guest-memory.ts';
import type { Place, Stack } from '../storage/layer.ts';
import { dataStart } from './target.ts';

/** Names of the parts of a BTT: its info block and the copy at its end, its map, its log, and the blocks that it writes next. */
export const bttWords = ['btt-info', 'btt-info-copy', 'btt-map', 'btt-log', 'btt-free'] as const;
export type BttWord = (typeof bttWords)[number];

const signature = 'BTT_ARENA_INFO';
/** A BTT of version 1.1 begins after a page, one of version 2.0 at once (drivers/nvdimm/btt_devs.c:nd_btt_version, 6.12). */
const starts = [pageBytes, 0];
/** Bytes of the info block that are read: up to info2off (struct btt_sb). */
const headBytes = 120;

const entryBytes = 4;
const logGroupBytes = 64;
const logEntryBytes = 16;
/** Neither bit: the entry was never written, and the block is where it would be without a map (btt.c:btt_map_read). */
const flagsMask = 0xc000_0000;
const blockMask = 0x3fff_ffff;

/** Offsets in bytes from the start of the namespace. */
export interface Btt {
  blockBytes: number;
  /** Blocks that it offers. */
  blocks: number;
  info: number;
  data: number;
  map: number;
  log: number;
  infoCopy: number;
}

/** The first arena; there is one for each 512 GiB. `start`: physical address of the namespace. @throws InfraError */
async function readBtt(guest: BoundGuest, start: number): Promise<Btt> {
  for (const info of starts) {
    const btt = parseInfo(await readGuestMemory(guest.qemu, start + info, headBytes), info);
    if (btt !== undefined) return btt;
  }
  throw new InfraError(`no block translation table at physical 0x${start.toString(16)}`);
}

/** Reads an info block (struct btt_sb) that begins at this offset of the namespace; undefined when it is none. */
export function parseInfo(block: Buffer, info: number): Btt | undefined {
  if (block.toString('latin1', 0, signature.length) !== signature) return undefined;
  const offset = (at: number): number => info + Number(block.readBigUInt64LE(at));
  return {
    blockBytes: block.readUInt32LE(64),
    blocks: block.readUInt32LE(60),
    info,
    data: offset(88),
    map: offset(96),
    log: offset(104),
    infoCopy: offset(112),
  };
}

/** The offset in the namespace of a byte of the device that the BTT offers. @throws InfraError when it is behind its end */
async function offsetInNamespace(guest: BoundGuest, start: number, offset: number): Promise<number> {
  const btt = await readBtt(guest, start);
  const block = Math.floor(offset / btt.blockBytes);
  if (block >= btt.blocks) throw new InfraError(`the namespace has only ${btt.blocks} blocks`);
  const entry = (await readGuestMemory(guest.qemu, start + btt.map + block * entryBytes, entryBytes)).readUInt32LE();
  return btt.data + mapped(entry, block) * btt.blockBytes + (offset % btt.blockBytes);
}

/** The same for a place on a device: in sector mode where the map says, else as it is. */
export async function placeInNamespaceOf(
  guest: BoundGuest,
  stack: Stack,
  facts: Record<string, string>,
  { device, offset }: Place,
): Promise<Place> {
  if (stack.devices.get(device)?.kind !== 'sector') return { device, offset };
  return { device, offset: await offsetInNamespace(guest, dataStart(facts, device), offset) };
}

function mapped(entry: number, block: number): number {
  // Bit operations are signed.
  return (entry & flagsMask) === 0 ? block : entry & blockMask;
}

/**
 * The offsets in the namespace of pages of a part of the BTT. Of the map: the pages with the entries of these pages of the device.
 * Of the log: the pages with the entries of these CPUs. Free: the blocks that these CPUs write next
 * (drivers/nvdimm/region_devs.c:nd_region_acquire_lane, 6.12).
 */
export async function offsetsOfPart(
  guest: BoundGuest,
  start: number,
  { part, page, pages }: { part: BttWord; page: number; pages: number },
): Promise<number[]> {
  const btt = await readBtt(guest, start);
  const each = Array.from({ length: pages }, (_, index) => page + index);
  const pageOf = (base: number, bytes: number): number => base + Math.floor(bytes / pageBytes) * pageBytes;
  switch (part) {
    case 'btt-info':
      return [btt.info];
    case 'btt-info-copy':
      return [btt.infoCopy];
    case 'btt-map':
      return [...new Set(each.map((index) => pageOf(btt.map, ((index * pageBytes) / btt.blockBytes) * entryBytes)))];
    case 'btt-log':
      return [...new Set(each.map((cpu) => pageOf(btt.log, cpu * logGroupBytes)))];
    case 'btt-free':
      return Promise.all(
        each.map(async (cpu) => {
          const group = await readGuestMemory(guest.qemu, start + btt.log + cpu * logGroupBytes, logGroupBytes);
          return btt.data + freeBlock(group) * btt.blockBytes;
        }),
      );
  }
}

/**
 * The free block of a CPU, by its group of the log: the one that the entry written last gave up (btt.c:btt_freelist_init). Sequence
 * numbers go 1, 2, 3, 1; 0 is an entry that was never written.
 */
export function freeBlock(group: Buffer): number {
  const entries = [0, 1].map((slot) => ({
    old: group.readUInt32LE(slot * logEntryBytes + 4) & blockMask,
    sequence: group.readUInt32LE(slot * logEntryBytes + 12),
  }));
  const [first, second] = entries;
  if (first === undefined || second === undefined) throw new InfraError('a group of the log of a BTT has two entries');
  if (second.sequence === 0) return first.old;
  return second.sequence === (first.sequence % 3) + 1 ? second.old : first.old;
}
