// SPDX-License-Identifier: GPL-2.0-only
// Which packages make up the guest's userspace: resolved through the apt root, remembered for a day.

import path from 'node:path';
import { z } from 'zod';
import { isOffline, type Apt } from '../../host/debian/apt.ts';
import { InfraError } from '../../host/errors.ts';
import { contentKey } from '../../host/key.ts';
import { debianPackageSchema, type DebianPackage } from '../../host/debian/package-index.ts';
import { recallAnswer, rememberAnswer } from '../../host/debian/remembered.ts';
import { cacheRoot } from '../../host/places.ts';
import type { UserspaceList } from './userspace-list.ts';

/**
 * The packages of the list and all they depend on, without those that the list leaves out, sorted by name. `anew`: even
 * when the last answer is still good.
 * @throws InfraError when there is no index to look into, or apt cannot resolve the list.
 */
export async function findUserspace(
  list: UserspaceList,
  apt: Apt,
  options: { anew?: boolean; progress?: (note: string) => void } = {},
): Promise<DebianPackage[]> {
  const names = Object.keys(list.packages);
  const file = path.join(cacheRoot(), 'userspace', `${contentKey([list.suites, names, list.without])}.json`);
  const last = recallAnswer(file, z.array(debianPackageSchema));
  if (last !== undefined && options.anew !== true && (last.fresh || isOffline())) return last.answer;
  if (!isOffline()) options.progress?.(`reading the package index of ${list.suites.join(' and ')}`);
  const states = await apt.refresh(list.suites, options.anew);
  const complete = states.every(({ fault, gone }) => fault === undefined || gone);
  // Better yesterday's answer than one made from half of the indexes.
  if (!complete && last !== undefined) return last.answer;
  if (states.every(({ fetched }) => fetched === undefined)) {
    throw new InfraError("the packages of the guest's userspace cannot be had", {
      hint: states.map(({ suite, fault }) => `${suite}: ${fault ?? 'has no index'}`).join('\n'),
    });
  }
  const without = new Set(list.without);
  const closure = await apt.closure(list.suites, names);
  const packages = closure.filter(({ name }) => !without.has(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (complete) rememberAnswer(file, packages);
  return packages;
}
