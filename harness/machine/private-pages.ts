// SPDX-License-Identifier: GPL-2.0-only
// The pages that a QEMU has written since it mapped a file privately. The kernel keeps a copy of exactly these, and
// /proc/PID/pagemap tells which they are (Documentation/admin-guide/mm/pagemap.rst), so neither the file nor the memory has to be
// read as a whole.

import { closeSync, openSync, readFileSync, readSync, realpathSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { InfraError } from '../host/errors.ts';
import { pageBytes } from '../host/page.ts';
import { loadedContent, type ChangedPage, type LoadedPage } from './migration-stream.ts';

/** A part of a file in the memory of a process. */
export interface Mapping {
  address: number;
  bytes: number;
  /** Where in the file it begins. */
  offset: number;
  isPrivate: boolean;
}

/** Bits of the highest byte of an entry in pagemap. */
const present = 0x80;
const swapped = 0x40;
const ofFile = 0x20;
const entryBytes = 8;

/** Pages that are read at once. */
const batchPages = 256;
/** Pages between two that are read with them. */
const gapPages = 8;

/** Mappings of a file in the text of /proc/PID/maps. `file` is a real path. */
export function mappingsOf(maps: string, file: string): Mapping[] {
  return maps.split('\n').flatMap((line): Mapping[] => {
    const match = /^([0-9a-f]+)-([0-9a-f]+) \S\S\S([ps]) ([0-9a-f]+) \S+ \d+ +(.*)$/.exec(line);
    if (match === null) return [];
    const [, from = '', to = '', kind, offset = '', name = ''] = match;
    if (name.replaceAll('\\012', '\n') !== file) return [];
    const address = parseInt(from, 16);
    return [{ address, bytes: parseInt(to, 16) - address, offset: parseInt(offset, 16), isPrivate: kind === 'p' }];
  });
}

/** Which pages, by their entries in pagemap, are not the file's any more. */
export function ownPages(pagemap: Buffer): number[] {
  const pages: number[] = [];
  for (let page = 0; page * entryBytes < pagemap.length; page++) {
    const bits = pagemap[page * entryBytes + entryBytes - 1] ?? 0;
    if ((bits & swapped) !== 0 || (bits & (present | ofFile)) === present) pages.push(page);
  }
  return pages;
}

/**
 * Consecutive numbers as `[first, count]`, none longer than what is read at once. Gaps of a few pages are read as well: to read a
 * page takes less time than to begin another read.
 */
export function runsOf(pages: readonly number[]): [first: number, count: number][] {
  const runs: [number, number][] = [];
  for (const page of pages) {
    const last = runs.at(-1);
    const count = last === undefined ? 0 : page - last[0] + 1;
    if (last !== undefined && count - last[1] - 1 <= gapPages && count <= batchPages) last[1] = count;
    else runs.push([page, 1]);
  }
  return runs;
}

/**
 * The pages of a stopped process that differ from the file that it maps privately, in order, in batches.
 * @param loaded what was loaded into pages after the file was mapped, by offset
 * @throws InfraError when this host does not let a parent read the memory of its child.
 */
export async function* differingPages(
  pid: number,
  block: string,
  file: string,
  loaded: ReadonlyMap<number, LoadedPage[]> = new Map(),
): AsyncGenerator<ChangedPage[]> {
  const mappings = mappingsOf(readFileSync(`/proc/${pid}/maps`, 'utf8'), realpathSync(file));
  if (mappings.length === 0 || mappings.some(({ isPrivate }) => !isPrivate)) {
    throw new InfraError(`QEMU does not map ${file} privately`);
  }
  const opened: number[] = [];
  // Compared, and forgotten with the next batch: one buffer for all saves the garbage collector work.
  const original = Buffer.allocUnsafe(batchPages * pageBytes);
  try {
    for (const name of [`/proc/${pid}/pagemap`, `/proc/${pid}/mem`, file]) opened.push(openToRead(name));
    const [pagemap, memory, base] = opened;
    if (pagemap === undefined || memory === undefined || base === undefined) return;
    for (const { address, bytes, offset } of mappings) {
      const entries = readAt(pagemap, (address / pageBytes) * entryBytes, (bytes / pageBytes) * entryBytes);
      const ofThis = [...loaded.keys()].map((at) => (at - offset) / pageBytes).filter((page) => page >= 0);
      const pages = new Set([...ownPages(entries), ...ofThis.filter((page) => page * pageBytes < bytes)]);
      for (const [first, count] of runsOf([...pages].sort((a, b) => a - b))) {
        const at = first * pageBytes;
        const now = readAt(memory, address + at, count * pageBytes);
        const before = readAt(base, offset + at, count * pageBytes, original);
        yield differences(block, offset + at, now, before, loaded);
        // Thousands of short reads: each would take ten times as long by itself if it were asynchronous.
        await nextTurn();
      }
    }
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

/** The pages of one part of a block that are not as before. */
export function differences(
  block: string,
  offset: number,
  now: Buffer,
  before: Buffer,
  loaded: ReadonlyMap<number, LoadedPage[]> = new Map(),
): ChangedPage[] {
  const pages: ChangedPage[] = [];
  for (let at = 0; at < now.length; at += pageBytes) {
    const content = now.subarray(at, at + pageBytes);
    const was = loadedContent(loaded.get(offset + at) ?? [], before.subarray(at, at + pageBytes));
    if (!content.equals(was)) pages.push({ block, offset: offset + at, content, was });
  }
  return pages;
}

function openToRead(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (cause) {
    throw new InfraError(`${file} cannot be read`, {
      hint: 'A guest is saved by reading the memory of its QEMU: kernel.yama.ptrace_scope must be 0 or 1.',
      cause,
    });
  }
}

function readAt(fd: number, position: number, bytes: number, into = Buffer.allocUnsafe(bytes)): Buffer {
  const buffer = into.subarray(0, bytes);
  for (let done = 0; done < bytes;) {
    const bytesRead = readSync(fd, buffer, done, bytes - done, position + done);
    if (bytesRead === 0) throw new InfraError(`memory of a guest ends after ${done} of ${bytes} bytes`);
    done += bytesRead;
  }
  return buffer;
}
