// SPDX-License-Identifier: GPL-2.0-only
// Which Debian packages something is made of: those of the lock while an archive has them, else the newest, with a warning.

import path from 'node:path';
import { z } from 'zod';
import { contentKey } from '../key.ts';
import { notice } from '../notices.ts';
import { cacheRoot } from '../places.ts';
import { snapshotMirror } from './apt-mirror.ts';
import { Apt, isOffline, type AptOptions } from './apt.ts';
import { findClosure, hasAnswer, type ClosureQuestion, type FindOptions } from './find-closure.ts';
import { loadPackageLock, lockedPackages, lockName, type PackageLock } from './package-lock.ts';
import type { DebianPackage } from './package-index.ts';
import { recallAnswer, rememberAnswer } from './remembered.ts';

export interface FoundPackages {
  packages: DebianPackage[];
  /** The apt root that can download them. */
  apt: Apt;
  /** Where they come from, for the record of a run: the same words for the same packages. */
  origin: string;
}

export interface FindPackagesOptions extends FindOptions, AptOptions {
  /** Whether what is made of these packages is in the cache. */
  isKept: (packages: readonly DebianPackage[]) => boolean;
  /** Do not warn of packages that are not those of the lock: whoever makes something of them does. */
  quiet?: boolean | undefined;
  /** By default the one of the checkout. */
  lock?: PackageLock | undefined;
}

/** What is remembered of a look for locked packages. */
const lookSchema = z.object({
  /** The packages that were looked for, as a key. */
  wanted: z.string(),
  /** Those that the archive does not have. */
  absent: z.array(z.string()),
});

const warned = new Set<string>();

/** @throws InfraError when the lock is damaged, or no suite has an index and the newest packages are needed. */
export async function findPackages(question: ClosureQuestion, options: FindPackagesOptions): Promise<FoundPackages> {
  const lock = options.lock ?? loadPackageLock();
  const apt = new Apt(options);
  const packages = lockedPackages(lock, question);
  if (packages === undefined) return newest(apt, question, options, `${lockName} was made for another list`);
  const origin = `${lockName} of ${lock.made}`;
  if (options.isKept(packages)) return { packages, apt, origin };
  if (isOffline() && hasAnswer(question)) {
    return newest(apt, question, options, 'those of the lock are not in the cache, and HAZMAT_OFFLINE is set');
  }
  const absent = await absentPackages(apt, question, packages, options);
  if (absent.length === 0) return { packages, apt, origin };
  const mirror = snapshotMirror(lock.made);
  if (mirror === undefined) {
    return newest(apt, question, options, `the mirror has no ${listed(absent)}; HAZMAT_SNAPSHOT can name an archive`);
  }
  const root = `${options.root ?? path.join(cacheRoot(), 'apt')}-snapshot`;
  const snapshot = new Apt({ ...options, root, mirror, expired: true });
  const lost = await absentPackages(snapshot, { ...question, set: `${question.set} of a snapshot` }, packages, options);
  if (lost.length === 0) return { packages, apt: snapshot, origin };
  return newest(apt, question, options, `neither the mirror nor HAZMAT_SNAPSHOT has ${listed(lost)}`);
}

async function newest(
  apt: Apt,
  question: ClosureQuestion,
  options: FindPackagesOptions,
  why: string,
): Promise<FoundPackages> {
  const packages = await findClosure(apt, question, options);
  const warning = `${question.what} are made of the newest packages, not of those of ${lockName}: ${why}`;
  if (options.quiet !== true && !warned.has(warning)) {
    warned.add(warning);
    notice('warning', warning);
  }
  const key = contentKey(packages.map(({ name, version, sha256 }) => [name, version, sha256]));
  return { packages, apt, origin: `the newest (${key}), not those of ${lockName}` };
}

/** The packages that no index of the suites has, with this very content, as `NAME VERSION`. The answer is kept for a day. */
async function absentPackages(
  apt: Apt,
  { set, suites }: ClosureQuestion,
  packages: readonly DebianPackage[],
  { again = false, progress }: FindOptions,
): Promise<string[]> {
  const wanted = contentKey(packages.map(identity));
  const file = path.join(cacheRoot(), 'locked-packages', `${contentKey([set, suites])}.json`);
  const last = recallAnswer(file, lookSchema);
  if (last?.answer.wanted === wanted && !again && (last.fresh || isOffline())) return last.answer.absent;
  // Whoever downloads them then says that this is forbidden.
  if (isOffline()) return [];
  progress?.(`reading the package index of ${suites.join(' and ')}`);
  const states = await apt.refresh(suites, again);
  const there = new Set<string>();
  for (const suite of suites) for (const pkg of await apt.packages(suite, named(packages))) there.add(identity(pkg));
  const absent = packages.filter((pkg) => !there.has(identity(pkg))).map(({ name, version }) => `${name} ${version}`);
  if (states.every(({ fault, gone }) => fault === undefined || gone)) rememberAnswer(file, { wanted, absent });
  return absent;
}

function identity({ name, version, sha256 }: DebianPackage): string {
  return `${name} ${version} ${sha256}`;
}

function named(packages: readonly DebianPackage[]): RegExp {
  return new RegExp(`^(?:${packages.map(({ name }) => name.replace(/[.+]/g, '\\$&')).join('|')})$`);
}

function listed([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
