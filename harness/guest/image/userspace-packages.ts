// SPDX-License-Identifier: GPL-2.0-only
// Which packages make up the guest's userspace: resolved through the apt root, remembered for a day.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { indexMaxAge, isOffline, type Apt } from '../../host/debian/apt.ts';
import { InfraError } from '../../host/errors.ts';
import { contentKey } from '../../host/key.ts';
import type { DebianPackage } from '../../host/debian/package-index.ts';
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
  const last = recall(file);
  const age = Date.now() - (last?.asked ?? 0);
  const fresh = age >= 0 && age < indexMaxAge();
  if (last !== undefined && options.anew !== true && (fresh || isOffline())) return last.packages;
  if (!isOffline()) options.progress?.(`reading the package index of ${list.suites.join(' and ')}`);
  const states = await apt.refresh(list.suites, options.anew);
  const complete = states.every(({ fault, gone }) => fault === undefined || gone);
  // Better yesterday's answer than one made from half of the indexes.
  if (!complete && last !== undefined) return last.packages;
  if (states.every(({ fetched }) => fetched === undefined)) {
    throw new InfraError("the packages of the guest's userspace cannot be had", {
      hint: states.map(({ suite, fault }) => `${suite}: ${fault ?? 'has no index'}`).join('\n'),
    });
  }
  const without = new Set(list.without);
  const closure = await apt.closure(list.suites, names);
  const packages = closure.filter(({ name }) => !without.has(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (complete) keep(file, packages);
  return packages;
}

interface Remembered {
  /** Milliseconds since the epoch. */
  asked: number;
  packages: DebianPackage[];
}

function recall(file: string): Remembered | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Remembered;
  } catch {
    return undefined; // nothing remembered, or nothing that can be read: it can be asked for again
  }
}

function keep(file: string, packages: DebianPackage[]): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, JSON.stringify({ asked: Date.now(), packages } satisfies Remembered));
  renameSync(part, file);
}
