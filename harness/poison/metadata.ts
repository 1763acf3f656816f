// SPDX-License-Identifier: GPL-2.0-only
// Targets that are no page of a file: the filesystem's own blocks, a free block, the namespace's own metadata. The guest is
// asked where they are.

import path from 'node:path';
import { InfraError } from '../host/errors.ts';
import { pageBytes, sectorBytes } from '../host/page.ts';
import type { BoundGuest } from '../guest/live-guest.ts';
import { basePlace, type Mount, type Place, type Stack } from '../storage/layer.ts';

/** Blocks of a filesystem that can be named. */
export const metadataWords = ['superblock', 'ag-header', 'log', 'free-block'] as const;
export type MetadataWord = (typeof metadataWords)[number];

/** Pages of a namespace that can be named: of the space before its data (info block, struct pages), and its last. */
export const namespaceWords = ['page-map', 'last-page'] as const;
export type NamespaceWord = (typeof namespaceWords)[number];

/** The filesystem's block size, here always a page: DAX wants it so. */
const blockBytes = pageBytes;

/**
 * Where a block of a filesystem lies: the superblock, the headers (AGF, AGI) of the last allocation group, the first block
 * of the internal log, a block that belongs to nobody.
 * @throws InfraError when the guest does not tell.
 */
export async function placeOfMetadata(
  guest: BoundGuest,
  stack: Stack,
  mount: Mount,
  what: MetadataWord,
): Promise<Place> {
  const on = (offset: number): Place => basePlace(stack, { device: mount.device, offset });
  if (what === 'free-block') return on(await freeBlock(guest, mount));
  if (mount.type !== 'xfs') {
    if (what === 'superblock') return on(0);
    throw new InfraError(`the ${what} of ${mount.type} is not known here`);
  }
  const superblock = await readSuperblock(guest, stack, mount);
  switch (what) {
    case 'superblock':
      return on(0);
    case 'ag-header':
      return on((superblock.agcount - 1) * superblock.agblocks * blockBytes);
    case 'log': {
      if (superblock.logstart === 0) throw new InfraError(`the log of ${mount.at} is external`);
      // An address is the group's number above agblklog bits of block number (fs/xfs/libxfs/xfs_types.h: XFS_FSB_TO_AGNO).
      const group = Math.floor(superblock.logstart / 2 ** superblock.agblklog);
      const block = superblock.logstart % 2 ** superblock.agblklog;
      return on((group * superblock.agblocks + block) * blockBytes);
    }
  }
}

/**
 * Where a page of a namespace lies: the last one before its data, which holds the end of the page map or nothing, but belongs
 * to it (drivers/nvdimm/pfn_devs.c:nd_pfn_init); or the last of its data.
 * @throws InfraError when the guest does not tell.
 */
export async function placeInNamespace(
  guest: BoundGuest,
  stack: Stack,
  name: string,
  what: NamespaceWord,
): Promise<Place> {
  const device = stack.devices.get(name);
  if (device?.kind !== 'namespace') throw new InfraError(`${name} is not a namespace`);
  if (what === 'page-map') {
    if ((device.takes ?? 0) <= device.bytes) throw new InfraError(`${name} has no page map before its data`);
    return { device: name, offset: -blockBytes };
  }
  const { data } = await guest.request('read', { path: `/sys/block/${name}/size` });
  const sectors = Number(data.trim());
  if (!Number.isSafeInteger(sectors) || sectors <= 0)
    throw new InfraError(`the kernel does not tell the size of ${name}`);
  return { device: name, offset: sectors * sectorBytes - blockBytes };
}

const superblockFields = ['agcount', 'agblocks', 'agblklog', 'logstart'] as const;

async function readSuperblock(
  guest: BoundGuest,
  stack: Stack,
  mount: Mount,
): Promise<Record<(typeof superblockFields)[number], number>> {
  const device = stack.devices.get(mount.device)?.path ?? '';
  const argv = ['xfs_db', '-r', '-c', 'sb 0', '-c', `p ${superblockFields.join(' ')}`, device];
  const { exit, stdout, stderr } = await guest.request('run', { argv });
  const value = (field: string): number => Number(new RegExp(`^${field} = (\\d+)$`, 'm').exec(stdout)?.[1]);
  const found = Object.fromEntries(superblockFields.map((field) => [field, value(field)]));
  if (exit !== 0 || Object.values(found).some(Number.isNaN)) {
    throw new InfraError(`xfs_db does not tell the superblock of ${mount.at}`, { hint: `${stdout}${stderr}`.trim() });
  }
  return found as Record<(typeof superblockFields)[number], number>;
}

/** A block that a file had and gave back, so that it is free now, whatever the allocator thinks of next. */
async function freeBlock(guest: BoundGuest, mount: Mount): Promise<number> {
  const file = path.posix.join(mount.at, '.hazmat-free-block');
  const filled = await guest.request('fill', { file, page: 0, pages: 1, seed: 1 });
  const { extents } = await guest.request('extents', { file });
  for (const argv of [
    ['rm', '-f', file],
    ['sync', '-f', mount.at],
  ]) {
    await guest.request('run', { argv });
  }
  const [extent] = extents;
  if (filled.error !== undefined || extent === undefined)
    throw new InfraError(`${mount.at} has no free block to poison`);
  return extent.physical;
}

/**
 * The namespace and byte of a guest-physical address.
 * @throws InfraError when no namespace has its data there.
 */
export function placeOfPhysical(facts: Record<string, string>, stack: Stack, physical: number): Place {
  for (const { name, bytes, kind } of stack.devices.values()) {
    if (kind !== 'namespace') continue;
    const start = Number(facts[`${name} resource`]);
    if (physical >= start && physical < start + bytes) return { device: name, offset: physical - start };
  }
  throw new InfraError(`no namespace has its data at physical address 0x${physical.toString(16)}`);
}
