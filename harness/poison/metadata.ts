// SPDX-License-Identifier: GPL-2.0-only
// Targets other than pages of a file: blocks of a filesystem, a free block, metadata of a namespace. The guest is asked for
// their place.

import path from 'node:path';
import { InfraError } from '../host/errors.ts';
import { pageBytes, sectorBytes } from '../host/page.ts';
import type { BoundGuest } from '../guest/live-guest.ts';
import { basePlace, type Mount, type Place, type Stack } from '../storage/layer.ts';

/** Names of filesystem blocks. */
export const metadataWords = ['superblock', 'ag-header', 'log', 'free-block'] as const;
export type MetadataWord = (typeof metadataWords)[number];

/** Names of namespace pages: of the space before its data (info block, struct pages), and its last. */
export const namespaceWords = ['page-map', 'last-page'] as const;
export type NamespaceWord = (typeof namespaceWords)[number];

/** The filesystem's block size, always a page, as DAX requires. */
const blockBytes = pageBytes;

/**
 * The place of a block of a filesystem: the superblock, the headers (AGF, AGI) of the last allocation group, the first block
 * of the internal log, a free block.
 * @throws InfraError when the guest does not report it.
 */
export async function placeOfMetadata(
  guest: BoundGuest,
  stack: Stack,
  mount: Mount,
  block: MetadataWord,
): Promise<Place> {
  const on = (offset: number): Place => basePlace(stack, { device: mount.device, offset });
  if (block === 'free-block') return on(await freeBlock(guest, mount));
  if (mount.type !== 'xfs') {
    if (block === 'superblock') return on(0);
    throw new InfraError(`${mount.type} has no ${block} that can be found`);
  }
  const superblock = await readSuperblock(guest, stack, mount);
  switch (block) {
    case 'superblock':
      return on(0);
    case 'ag-header':
      return on((superblock.agcount - 1) * superblock.agblocks * blockBytes);
    case 'log': {
      if (superblock.logstart === 0) throw new InfraError(`the log of ${mount.path} is external`);
      // A block address is the group's number above agblklog bits of block number (fs/xfs/libxfs/xfs_types.h: XFS_FSB_TO_AGNO).
      const group = Math.floor(superblock.logstart / 2 ** superblock.agblklog);
      const block = superblock.logstart % 2 ** superblock.agblklog;
      return on((group * superblock.agblocks + block) * blockBytes);
    }
  }
}

/**
 * The place of a page of a namespace: the last page before its data, which belongs to the page map
 * (drivers/nvdimm/pfn_devs.c:nd_pfn_init), or the last page of its data.
 * @throws InfraError when the guest does not report it.
 */
export async function placeInNamespace(
  guest: BoundGuest,
  stack: Stack,
  name: string,
  page: NamespaceWord,
): Promise<Place> {
  const device = stack.devices.get(name);
  if (device?.kind !== 'namespace') throw new InfraError(`${name} is not a namespace`);
  if (page === 'page-map') {
    if ((device.nvdimmBytes ?? 0) <= device.bytes) throw new InfraError(`${name} has no page map before its data`);
    return { device: name, offset: -blockBytes };
  }
  const { data } = await guest.request('read', { path: `/sys/block/${name}/size` });
  const sectors = Number(data.trim());
  if (!Number.isSafeInteger(sectors) || sectors <= 0)
    throw new InfraError(`the kernel does not report the size of ${name}`);
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
    throw new InfraError(`xfs_db cannot read the superblock of ${mount.path}`, { hint: `${stdout}${stderr}`.trim() });
  }
  return found as Record<(typeof superblockFields)[number], number>;
}

/** A free block: one of a file that is removed again. */
async function freeBlock(guest: BoundGuest, mount: Mount): Promise<number> {
  const file = path.posix.join(mount.path, '.hazmat-free-block');
  const filled = await guest.request('fill', { file, page: 0, pages: 1, seed: 1 });
  const { extents } = await guest.request('extents', { file });
  for (const argv of [
    ['rm', '-f', file],
    ['sync', '-f', mount.path],
  ]) {
    await guest.request('run', { argv });
  }
  const [extent] = extents;
  if (filled.error !== undefined || extent === undefined)
    throw new InfraError(`${mount.path} has no free block to poison`);
  return extent.physical;
}

/**
 * The namespace and byte of a guest-physical address.
 * @throws InfraError when it is in the data of no namespace.
 */
export function placeOfPhysical(facts: Record<string, string>, stack: Stack, physical: number): Place {
  const device = deviceAt(facts, stack, physical);
  if (device === undefined)
    throw new InfraError(`physical address 0x${physical.toString(16)} is in the data of no namespace`);
  return { device, offset: physical - Number(facts[`${device} resource`]) };
}

/** The namespace whose data a guest-physical address is in; undefined when it is in none. */
export function deviceAt(facts: Record<string, string>, stack: Stack, physical: number): string | undefined {
  return [...stack.devices.values()].find(({ name, bytes, kind }) => {
    const start = Number(facts[`${name} resource`]);
    return (kind === 'namespace' || kind === 'devdax') && physical >= start && physical < start + bytes;
  })?.name;
}
