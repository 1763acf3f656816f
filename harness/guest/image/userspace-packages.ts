// SPDX-License-Identifier: GPL-2.0-only
// Which packages make up the guest's userspace.

import path from 'node:path';
import type { ClosureQuestion } from '../../host/debian/find-closure.ts';
import { contentKey } from '../../host/key.ts';
import { cacheRoot } from '../../host/places.ts';
import type { UserspaceList } from './userspace-list.ts';

/** The packages of the list and all that they depend on, except those that the list leaves out. */
export function userspaceQuestion({ packages, suites, without }: UserspaceList): ClosureQuestion {
  const names = Object.keys(packages);
  const file = path.join(cacheRoot(), 'userspace', `${contentKey([suites, names, without])}.json`);
  return { set: 'guest', suites, names, without, what: "the guest's programs", file };
}
