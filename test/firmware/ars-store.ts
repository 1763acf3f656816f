// SPDX-License-Identifier: GPL-2.0-only
// What the `ars` firmware holds for bad in an NVDIMM: the last 4 KiB of its backing file, written by qemu/acpi/ars.asl and
// by the host. A guest whose memory files are shared sees what the host writes with its next scrub; a fork does not.

import { open, type FileHandle } from 'node:fs/promises';
import { InfraError, UsageError } from '../../harness/host/errors.ts';

/** Bytes of an NVDIMM, from its first one on. */
export interface PoisonRange {
  offset: number;
  length: number;
}

/** An NVDIMM's backing file: `size` bytes of persistent memory, then `label` bytes of label area. */
export interface NvdimmFile {
  path: string;
  size: number;
  label: number;
}

/** What the firmware can tell apart: poison is a whole number of these. Bytes. */
const poisonUnit = 256;
/** How many ranges an NVDIMM's store can hold. */
export const maxRanges = 254;
/** Bytes that the firmware takes from the end of the label area. */
export const storeBytes = 4096;

const magic = 'ARS1';
const headerBytes = 16;
const recordBytes = 8;

/** Ranges rounded out to whole units, in order, those that overlap or touch made one: as the store holds them. */
export function normalizeRanges(ranges: readonly PoisonRange[]): PoisonRange[] {
  const sorted = ranges
    .filter(({ length }) => length > 0)
    .map((range) => ({ start: roundDown(range.offset), end: roundUp(endOf(range)) }))
    .sort((a, b) => a.start - b.start);
  const merged: { start: number; end: number }[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else merged.push(range);
  }
  return merged.map(({ start, end }) => ({ offset: start, length: end - start }));
}

/** The ranges without the bytes of one of them, which is rounded out to whole units. */
export function withoutRange(ranges: readonly PoisonRange[], gone: PoisonRange): PoisonRange[] {
  if (gone.length <= 0) return normalizeRanges(ranges);
  const [start, end] = [roundDown(gone.offset), roundUp(endOf(gone))];
  return normalizeRanges(ranges).flatMap((range) => [
    ...piece(range.offset, Math.min(endOf(range), start)),
    ...piece(Math.max(range.offset, end), endOf(range)),
  ]);
}

/**
 * The ranges that a store holds; what is no store (an NVDIMM that never had poison) holds none.
 * @throws InfraError when it says that it is a store, and cannot be.
 */
export function decodeStore(block: Buffer): PoisonRange[] {
  if (block.length !== storeBytes) throw new InfraError(`a poison store has ${storeBytes} bytes, not ${block.length}`);
  if (block.toString('latin1', 0, magic.length) !== magic) return [];
  const count = block.readUInt32LE(4);
  if (count > maxRanges)
    throw new InfraError(`the poison store is damaged: it says ${count} ranges and holds ${maxRanges}`);
  const ranges = Array.from({ length: count }, (_, index) => {
    const at = headerBytes + index * recordBytes;
    return { offset: block.readUInt32LE(at) * poisonUnit, length: block.readUInt32LE(at + 4) * poisonUnit };
  });
  const outOfOrder = ranges.findIndex((range, index) => {
    const before = ranges[index - 1];
    return range.length === 0 || (before !== undefined && range.offset <= endOf(before));
  });
  if (outOfOrder >= 0)
    throw new InfraError(`the poison store is damaged: its range ${outOfOrder} is empty or out of order`);
  return ranges;
}

/** A store with these ranges. @throws InfraError when they are more than fit. */
export function encodeStore(ranges: readonly PoisonRange[]): Buffer {
  const normal = normalizeRanges(ranges);
  if (normal.length > maxRanges) {
    throw new InfraError(`an NVDIMM's firmware holds ${maxRanges} ranges of poison, not ${normal.length}`);
  }
  const block = Buffer.alloc(storeBytes);
  block.write(magic, 'latin1');
  block.writeUInt32LE(normal.length, 4);
  for (const [index, { offset, length }] of normal.entries()) {
    block.writeUInt32LE(offset / poisonUnit, headerBytes + index * recordBytes);
    block.writeUInt32LE(length / poisonUnit, headerBytes + index * recordBytes + 4);
  }
  return block;
}

/** What is bad in an NVDIMM. @throws InfraError when the file is not that NVDIMM's, or its store is damaged. */
export function readPoison(nvdimm: NvdimmFile): Promise<PoisonRange[]> {
  return withCache(nvdimm, 'r', async (file, at) => decodeStore(await readBlock(file, at)));
}

/**
 * Makes a range bad (rounded out to whole units) and returns all that is bad. One guest at most may be changing the
 * store at the same time: what it writes in between is lost.
 * @throws UsageError when the range is not in the NVDIMM; InfraError as readPoison, or when the store is full.
 */
export function addPoison(nvdimm: NvdimmFile, range: PoisonRange): Promise<PoisonRange[]> {
  checkRange(nvdimm, range);
  return change(nvdimm, (ranges) => [...ranges, range]);
}

/** Makes a range good again, or all of the NVDIMM, and returns what is still bad. Errors as addPoison. */
export function clearPoison(nvdimm: NvdimmFile, range?: PoisonRange): Promise<PoisonRange[]> {
  if (range === undefined) {
    // A damaged store is a good reason to clear it.
    return withCache(nvdimm, 'r+', async (file, at) => {
      await file.write(encodeStore([]), 0, storeBytes, at);
      return [];
    });
  }
  checkRange(nvdimm, range);
  return change(nvdimm, (ranges) => withoutRange(ranges, range));
}

function change(nvdimm: NvdimmFile, edit: (ranges: PoisonRange[]) => PoisonRange[]): Promise<PoisonRange[]> {
  return withCache(nvdimm, 'r+', async (file, at) => {
    const block = encodeStore(edit(decodeStore(await readBlock(file, at))));
    await file.write(block, 0, storeBytes, at);
    return decodeStore(block);
  });
}

async function withCache<T>(
  nvdimm: NvdimmFile,
  flags: 'r' | 'r+',
  use: (file: FileHandle, at: number) => Promise<T>,
): Promise<T> {
  let file: FileHandle;
  try {
    file = await open(nvdimm.path, flags);
  } catch (cause) {
    throw new InfraError(`the NVDIMM's file ${nvdimm.path} cannot be opened`, { hint: String(cause), cause });
  }
  try {
    const { size } = await file.stat();
    const wanted = nvdimm.size + nvdimm.label;
    if (size !== wanted || nvdimm.label < storeBytes) {
      throw new InfraError(`${nvdimm.path} is not the file of this NVDIMM`, {
        hint: `it has ${size} bytes; ${nvdimm.size} bytes and a label area of ${nvdimm.label} make ${wanted}`,
      });
    }
    return await use(file, size - storeBytes);
  } finally {
    await file.close();
  }
}

async function readBlock(file: FileHandle, at: number): Promise<Buffer> {
  const block = Buffer.alloc(storeBytes);
  await file.read(block, 0, storeBytes, at);
  return block;
}

function checkRange(nvdimm: NvdimmFile, range: PoisonRange): void {
  const { offset, length } = range;
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (whole && offset >= 0 && length > 0 && endOf(range) <= nvdimm.size) return;
  throw new UsageError(`${length} bytes at ${offset} are not in an NVDIMM of ${nvdimm.size} bytes`);
}

function endOf({ offset, length }: PoisonRange): number {
  return offset + length;
}

function piece(start: number, end: number): PoisonRange[] {
  return start < end ? [{ offset: start, length: end - start }] : [];
}

function roundDown(bytes: number): number {
  return Math.floor(bytes / poisonUnit) * poisonUnit;
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / poisonUnit) * poisonUnit;
}
