// SPDX-License-Identifier: GPL-2.0-only
// Which packages make up the guest's userspace. apt resolves the list; the answer is kept for a day.

import path from 'node:path';
import { z } from 'zod';
import type { Apt } from '../../host/debian/apt.ts';
import { isOffline } from '../../host/debian/apt-settings.ts';
import { keepAnswer, recallAnswer } from '../../host/debian/archive-answer.ts';
import { InfraError } from '../../host/errors.ts';
import { contentKey } from '../../host/key.ts';
import { debianPackageSchema, type DebianPackage } from '../../host/debian/package-index.ts';
import { cacheRoot } from '../../host/places.ts';
import type { UserspaceList } from './userspace-list.ts';

interface FindOptions {
  /** Ask apt even when the last answer is fresh. */
  again?: boolean;
  progress?: ((note: string) => void) | undefined;
}

/**
 * The packages of the list and all that they depend on, except those that the list leaves out, sorted by name.
 * @throws InfraError when no suite of the list has an index, or apt cannot resolve the list.
 */
export async function findUserspace(
  list: UserspaceList,
  apt: Apt,
  { again = false, progress }: FindOptions = {},
): Promise<DebianPackage[]> {
  const names = Object.keys(list.packages);
  const file = path.join(cacheRoot(), 'userspace', `${contentKey([list.suites, names, list.without])}.json`);
  const last = recallAnswer(file, z.array(debianPackageSchema));
  if (last !== undefined && !again && (last.fresh || isOffline())) return last.value;
  if (!isOffline()) progress?.(`reading the package index of ${list.suites.join(' and ')}`);
  const states = await apt.refresh(list.suites, again);
  const complete = states.every(({ fault, gone }) => fault === undefined || gone);
  // Yesterday's answer is better than one made from half of the indexes.
  if (!complete && last !== undefined) return last.value;
  if (states.every(({ fetched }) => fetched === undefined)) {
    throw new InfraError("there is no package index to find the guest's programs in", {
      hint: states.map(({ suite, fault }) => `${suite}: ${fault ?? 'has no index'}`).join('\n'),
    });
  }
  const without = new Set(list.without);
  const closure = await apt.closure(list.suites, names);
  const packages = closure.filter(({ name }) => !without.has(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (complete) keepAnswer(file, packages);
  return packages;
}
