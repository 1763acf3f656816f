// SPDX-License-Identifier: GPL-2.0-only
// From a page of a file (page 3 of /mnt/data) to its place in a namespace. The filesystem is asked, because extents are not
// linear and allocation is not predictable.

import { InfraError } from '../host/errors.ts';
import { pageBytes } from '../host/page.ts';
import type { BoundGuest } from '../guest/live-guest.ts';
import { basePlace, type Place, type Stack } from '../storage/layer.ts';

/** UNKNOWN, DELALLOC, ENCODED, DATA_INLINE: no block of its own on the device (include/uapi/linux/fiemap.h). */
const withoutPlace = 0x2 | 0x4 | 0x8 | 0x200;

/**
 * The namespace and byte of a page of a file.
 * @throws InfraError when the file has no block there, or the filesystem does not report it.
 */
export async function placeOfPage(guest: BoundGuest, stack: Stack, file: string, page: number): Promise<Place> {
  return (await placesOfPages(guest, stack, { file, page, pages: 1 }))[0] as Place;
}

/** The same for pages in a row, in their order; they need not be neighbors on the device. */
export async function placesOfPages(
  guest: BoundGuest,
  stack: Stack,
  { file, page, pages }: { file: string; page: number; pages: number },
): Promise<Place[]> {
  const device = [...stack.devices.values()].find(({ path }) => path === file);
  if (device !== undefined) {
    return Array.from({ length: pages }, (_, index) =>
      basePlace(stack, { device: device.name, offset: (page + index) * pageBytes }),
    );
  }
  // A filesystem may be mounted below another: the innermost holds the file.
  const mount = [...stack.mounts.values()]
    .sort((a, b) => b.path.length - a.path.length)
    .find(({ path }) => file.startsWith(`${path}/`));
  if (mount === undefined) throw new InfraError(`${file} is on no filesystem of the stack`);
  if (mount.type === 'tmpfs' || mount.type === 'hugetlbfs') {
    throw new InfraError(`${file} is on ${mount.type}: its pages have no place on a device`, {
      hint: 'Poison what a process maps of it: `mapping: GROUP` instead of `file`.',
    });
  }
  const { extents, error } = await guest.request('extents', { file });
  if (error !== undefined) throw new InfraError(`cannot read the extents of ${file}: ${error}`);
  return Array.from({ length: pages }, (_, index) => {
    const offset = (page + index) * pageBytes;
    const extent = extents.find(({ logical, length }) => logical <= offset && offset < logical + length);
    if (extent === undefined || (extent.flags & withoutPlace) !== 0)
      throw new InfraError(`page ${page + index} of ${file} has no block`);
    return basePlace(stack, {
      device: mount.realtimeDevice ?? mount.device,
      offset: extent.physical + offset - extent.logical,
    });
  });
}

/** Guest-physical address of the data of a namespace, which the kernel reported when the stack was set up. */
export function dataStart(facts: Record<string, string>, namespace: string): number {
  const value = Number(facts[`${namespace} resource`]);
  if (!Number.isSafeInteger(value) || value <= 0)
    throw new InfraError(`the kernel did not report the physical address of ${namespace}`);
  return value;
}
