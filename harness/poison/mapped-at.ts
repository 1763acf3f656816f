// SPDX-License-Identifier: GPL-2.0-only
// The virtual address of a page in a process.

import { InfraError } from '../host/errors.ts';
import { pageBytes } from '../host/page.ts';
import type { BoundGuest } from '../guest/live-guest.ts';

/** The virtual address of a page that a process maps. @throws InfraError when it maps nothing. */
export async function mappedAt(guest: BoundGuest, { name, page }: { name: string; page: number }): Promise<bigint> {
  const { addr, error } = await guest.request('pagemap', { process: name });
  if (error !== undefined) throw new InfraError(`cannot read the pagemap of ${name}: ${error}`);
  return BigInt(addr) + BigInt(page * pageBytes);
}
