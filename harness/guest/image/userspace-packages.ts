// SPDX-License-Identifier: GPL-2.0-only
// Which packages make up the guest's userspace.

import path from 'node:path';
import type { Apt } from '../../host/debian/apt.ts';
import { findClosure } from '../../host/debian/find-closure.ts';
import { contentKey } from '../../host/key.ts';
import type { DebianPackage } from '../../host/debian/package-index.ts';
import { cacheRoot } from '../../host/places.ts';
import type { UserspaceList } from './userspace-list.ts';

/**
 * The packages of the list and all that they depend on, except those that the list leaves out, sorted by name.
 * @throws InfraError when no suite of the list has an index, or apt cannot resolve the list.
 */
export async function findUserspace(
  { packages, suites, without }: UserspaceList,
  apt: Apt,
  options: { again?: boolean; progress?: ((note: string) => void) | undefined } = {},
): Promise<DebianPackage[]> {
  const names = Object.keys(packages);
  const file = path.join(cacheRoot(), 'userspace', `${contentKey([suites, names, without])}.json`);
  const closure = await findClosure(apt, { suites, names, what: "the guest's programs", file }, options);
  const left = new Set(without);
  return closure.filter(({ name }) => !left.has(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
}
