// SPDX-License-Identifier: GPL-2.0-only
// From a page as people think of it (page 3 of /mnt/data) to where it lies. The filesystem is asked: extents are not
// linear, and which block a page got is nobody's guess.

import { InfraError } from '../host/errors.ts';
import { pageBytes } from '../host/page.ts';
import type { BoundGuest } from '../guest/live-guest.ts';
import { basePlace, type Place, type Stack } from '../storage/layer.ts';

/** UNKNOWN, DELALLOC, ENCODED, DATA_INLINE: no block of its own on the device (include/uapi/linux/fiemap.h). */
const withoutPlace = 0x2 | 0x4 | 0x8 | 0x200;

/**
 * The namespace and byte where a page of a file lies.
 * @throws InfraError when the file has no block there, or the filesystem does not tell.
 */
export async function placeOfPage(guest: BoundGuest, stack: Stack, file: string, page: number): Promise<Place> {
  return (await placesOfPages(guest, stack, { file, page, pages: 1 }))[0] as Place;
}

/** The same for pages in a row, which need not be neighbors on the device; in their order. */
export async function placesOfPages(
  guest: BoundGuest,
  stack: Stack,
  { file, page, pages }: { file: string; page: number; pages: number },
): Promise<Place[]> {
  const device = [...stack.devices.values()].find(({ kind, path }) => kind === 'devdax' && path === file);
  if (device !== undefined) {
    return Array.from({ length: pages }, (_, index) => ({ device: device.name, offset: (page + index) * pageBytes }));
  }
  // One may be mounted below another: the file lies on the innermost.
  const mount = [...stack.mounts.values()]
    .sort((a, b) => b.at.length - a.at.length)
    .find(({ at }) => file.startsWith(`${at}/`));
  if (mount === undefined) throw new InfraError(`${file} lies on no filesystem of the stack`);
  const { extents, error } = await guest.request('extents', { file });
  if (error !== undefined) throw new InfraError(`the extents of ${file} cannot be had: ${error}`);
  return Array.from({ length: pages }, (_, index) => {
    const offset = (page + index) * pageBytes;
    const extent = extents.find(({ logical, length }) => logical <= offset && offset < logical + length);
    if (extent === undefined || (extent.flags & withoutPlace) !== 0)
      throw new InfraError(`page ${page + index} of ${file} has no block`);
    return basePlace(stack, {
      device: mount.realtime ?? mount.device,
      offset: extent.physical + offset - extent.logical,
    });
  });
}

/** Where the data of a namespace begins in guest-physical memory, as the kernel told when the stack was laid. */
export function dataStart(facts: Record<string, string>, namespace: string): number {
  const value = Number(facts[`${namespace} resource`]);
  if (!Number.isSafeInteger(value) || value <= 0)
    throw new InfraError(`the kernel did not tell where ${namespace} lies in memory`);
  return value;
}
