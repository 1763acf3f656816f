// SPDX-License-Identifier: GPL-2.0-only
// Where a process has a page of its mapping.

import { InfraError } from '../host/errors.ts';
import { pageBytes } from '../host/page.ts';
import type { BoundGuest } from '../guest/live-guest.ts';

/** The virtual address of a page that a process maps. @throws InfraError when it maps nothing. */
export async function mappedAt(guest: BoundGuest, { name, page }: { name: string; page: number }): Promise<bigint> {
  const { addr, error } = await guest.request('pagemap', { process: name });
  if (error !== undefined) throw new InfraError(`where ${name} maps its pages cannot be had: ${error}`);
  return BigInt(addr) + BigInt(page * pageBytes);
}
