// SPDX-License-Identifier: GPL-2.0-only
// What a folder of the cache holds: manifest.json names each file with its size and a digest. It is written last, when all
// else is on the disk, so a power failure leaves either a folder that is whole or one without a manifest.
//
// A saved guest has hundreds of MB, too many to read at each use. So a manifest has three things to compare:
// - the size of each file and its stamp (inode, times of change). The kernel sets ctime on every write, truncation and
//   replacement, so as long as a stamp is the same, no program has touched the file. Its blocks are not part of it: tmpfs gives
//   a hole a block when a guest reads it through a mapping;
// - a digest of a few pages of each file, read at each use: what a disk loses by itself is rarely one page;
// - a digest of all data, read when a stamp differs: in a copied cache, or in a damaged one. If it is right, the new stamps
//   are recorded.
//
// Not caught at each use: what a disk loses in pages that are not read, without an error; a write that also sets the clock back
// to fake a ctime; a kernel's modules beyond the first files, whose pages are never read. Not caught at all: what becomes of the
// files after a use has looked at them.

import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  type BigIntStats,
} from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeWholeFile } from './atomic-file.ts';
import { pageBytes } from './page.ts';
import { runProgram } from './program.ts';

const manifestName = 'manifest.json';

/** Raised when what a manifest means changes. */
const format = 2;

const fileSchema = z.object({
  bytes: z.number(),
  /** Of all data but chunks of zeros, so that a sparse file costs what its data costs. */
  digest: z.string(),
  /** Of some pages. */
  sample: z.string(),
  stamp: z.string(),
});

const manifestSchema = z.object({
  format: z.literal(format),
  files: z.record(z.string(), fileSchema),
  links: z.record(z.string(), z.string()),
});

type Manifest = z.infer<typeof manifestSchema>;

const chunkBytes = 256 * 1024;
const zeros = Buffer.alloc(chunkBytes);

/** Read at once: most of a big file is holes, and a read takes longer than its data. */
const readBytes = 16 * chunkBytes;

/** Pages that are read of one file at each use. */
const samplePages = 16;

/** Not more files than this are sampled: a kernel has two thousand modules, which are not read at each use. */
const sampledFiles = 32;

/** More files and folders than this are synced at once, with all else on their filesystem. */
const syncedTogether = 100;

/** Against accidents, not against an attacker: SHA-1 is more than twice as fast as SHA-256 on the machines at hand. */
const algorithm = 'sha1';

/** Makes a folder durable: syncs all that is in it, then writes its manifest. */
export async function seal(folder: string): Promise<void> {
  const manifest: Manifest = { format, files: {}, links: {} };
  const found = contents(folder);
  // Two thousand modules one by one take seconds.
  const together = found.length > syncedTogether;
  if (together) await runProgram(['sync', '--file-system', folder]);
  for (const { name, kind } of found) {
    const place = path.join(folder, name);
    if (kind === 'link') manifest.links[name] = readlinkSync(place);
    if (!together) await sync(place, kind);
    if (kind !== 'file') continue;
    const digest = await digestOf(place);
    const { bytes, stamp } = statOf(place);
    manifest.files[name] = { bytes, digest, sample: sampleOf(place, bytes), stamp };
  }
  await write(folder, manifest);
}

/**
 * Compares a folder with its manifest without reading all of it. `whole`: nothing was changed since it was sealed or last
 * verified; `doubtful`: a file is damaged or was merely copied, `verify` knows.
 */
export function glance(folder: string): 'whole' | 'doubtful' {
  const manifest = read(folder);
  if (manifest === undefined) return 'doubtful';
  return findDamage(folder, manifest, true) === undefined ? 'whole' : 'doubtful';
}

/** Tells a sealed folder from one that was sealed later in its place, even if both hold the same. */
export function sealOf(folder: string): string {
  const stat = lstatSync(path.join(folder, manifestName), { bigint: true, throwIfNoEntry: false });
  return `${stat?.ino} ${stat?.mtimeNs}`;
}

/** Reads all of a folder. Returns what is damaged, for the user; undefined when it is whole. */
export async function verify(folder: string): Promise<string | undefined> {
  const manifest = read(folder);
  if (manifest === undefined) return `${manifestName} is missing or damaged`;
  const damage = findDamage(folder, manifest, false);
  if (damage !== undefined) return damage;
  for (const [name, file] of Object.entries(manifest.files)) {
    const place = path.join(folder, name);
    try {
      if ((await digestOf(place)) !== file.digest) return `${name} is damaged`;
      Object.assign(file, { stamp: statOf(place).stamp });
    } catch (error) {
      return `${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  await write(folder, manifest);
  return undefined;
}

function read(folder: string): Manifest | undefined {
  try {
    return manifestSchema.safeParse(JSON.parse(readFileSync(path.join(folder, manifestName), 'utf8'))).data;
  } catch {
    return undefined;
  }
}

async function write(folder: string, manifest: Manifest): Promise<void> {
  const file = path.join(folder, manifestName);
  writeWholeFile(file, JSON.stringify(manifest));
  await sync(file, 'file');
  await sync(folder, 'folder');
}

/** What of a folder is not as its manifest says, as far as it shows without reading all data. */
function findDamage(folder: string, manifest: Manifest, unchanged: boolean): string | undefined {
  try {
    for (const [name, target] of Object.entries(manifest.links)) {
      if (readlinkSync(path.join(folder, name)) !== target) return `${name} points elsewhere`;
    }
    for (const [index, [name, file]] of Object.entries(manifest.files).entries()) {
      const place = path.join(folder, name);
      if (!existsSync(place)) return `${name} is missing`;
      const { bytes, stamp } = statOf(place);
      if (bytes !== file.bytes) return `${name} has ${bytes} bytes instead of ${file.bytes}`;
      if (!unchanged) continue;
      if (stamp !== file.stamp) return `${name} was changed`;
      if (index < sampledFiles && sampleOf(place, bytes) !== file.sample) return `${name} is damaged`;
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

interface Content {
  name: string;
  kind: 'file' | 'folder' | 'link';
}

/** All that is below a folder but its manifest; what is in a folder comes before the folder. */
function contents(folder: string, below = ''): Content[] {
  return readdirSync(path.join(folder, below), { withFileTypes: true }).flatMap((entry): Content[] => {
    const name = path.join(below, entry.name);
    if (entry.isDirectory()) return [...contents(folder, name), { name, kind: 'folder' }];
    if (entry.isSymbolicLink()) return [{ name, kind: 'link' }];
    return name === manifestName ? [] : [{ name, kind: 'file' }];
  });
}

async function sync(place: string, kind: Content['kind']): Promise<void> {
  if (kind === 'link') return;
  const handle = await open(place, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function statOf(file: string): { bytes: number; stamp: string } {
  const stat: BigIntStats = lstatSync(file, { bigint: true });
  return { bytes: Number(stat.size), stamp: [stat.ino, stat.mtimeNs, stat.ctimeNs].join(' ') };
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash(algorithm);
  const handle = await open(file, 'r');
  try {
    const { blocks, size } = await handle.stat();
    // A file without blocks is one hole.
    if (blocks === 0) return hash.digest('hex');
    // Most files are small, and big buffers make work for the garbage collector.
    const buffer = Buffer.allocUnsafe(Math.min(readBytes, size + 1));
    for (let position = 0; ;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) return hash.digest('hex');
      for (let at = 0; at < bytesRead; at += chunkBytes) {
        const chunk = buffer.subarray(at, Math.min(at + chunkBytes, bytesRead));
        if (!chunk.equals(zeros.subarray(0, chunk.length))) hash.update(`${position + at} `).update(chunk);
      }
      position += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

/** Reads pages at equal distances, the last one included. */
function sampleOf(file: string, bytes: number): string {
  const hash = createHash(algorithm);
  const fd = openSync(file, 'r');
  try {
    if (fstatSync(fd).blocks === 0) return hash.digest('hex');
    const page = Buffer.alloc(pageBytes);
    const pages = Math.ceil(bytes / pageBytes);
    const count = Math.min(pages, samplePages);
    for (let index = 1; index <= count; index++) {
      const position = (Math.ceil((pages * index) / count) - 1) * pageBytes;
      const read = page.subarray(0, readSync(fd, page, 0, pageBytes, position));
      // A page of zeros counts as a hole, whether it has a block or not.
      if (!read.equals(zeros.subarray(0, read.length))) hash.update(`${position} `).update(read);
    }
    return hash.digest('hex');
  } finally {
    closeSync(fd);
  }
}
