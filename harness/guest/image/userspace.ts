// SPDX-License-Identifier: GPL-2.0-only
// Builds the guest's userspace as a cpio archive in the cache.

import { rmSync } from 'node:fs';
import path from 'node:path';
import { isOffline } from '../../host/debian/apt.ts';
import { unpackDeb } from '../../host/debian/deb.ts';
import { findPackages, type FoundPackages } from '../../host/debian/find-packages.ts';
import { contentKey } from '../../host/key.ts';
import type { DebianPackage } from '../../host/debian/package-index.ts';
import { cacheRoot } from '../../host/places.ts';
import { Cache } from '../../host/cache.ts';
import { packCpio } from './cpio.ts';
import { loadUserspaceList, type UserspaceList } from './userspace-list.ts';
import { userspaceQuestion } from './userspace-packages.ts';
import { fillUserspace } from './userspace-tree.ts';

export interface BuildOptions {
  /** Called with what is being done, and with warnings (`warning: …`), one line each. */
  progress?: ((note: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Part of every key: to be raised when the content of the archive changes for the same input. */
const format = 3;

/** What archives and initramfs may take between runs, in bytes: those of some 80 kernels. They are made again in seconds. */
const guestCacheMax = 4 * 2 ** 30;

function guestCache(): Cache {
  return new Cache(path.join(cacheRoot(), 'initramfs'));
}

/** The folder of an archive or initramfs in the cache, made if it does not exist. It is kept at least until this run ends. */
export async function ensureGuestFile(
  key: string,
  make: (folder: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<string> {
  await guestCache().hold(key, signal);
  return guestCache().ensure(key, make, signal);
}

/** To be called at the end of a run: removes the least recently used archives and initramfs beyond the limit. */
export function boundGuestFiles(): void {
  guestCache().release();
  guestCache().shrink(guestCacheMax);
}

/** Builds the archive. @throws InfraError naming a package that cannot be fetched, or a missing program or library. */
export async function buildUserspace(options: BuildOptions = {}): Promise<{ path: string; id: string }> {
  const list = loadUserspaceList();
  const found = await findUserspace(list, options);
  try {
    return await buildFrom(list, found, options);
  } catch (error) {
    // Debian's archive removes old packages within a day: a newer index may name others.
    if (isOffline() || options.signal?.aborted === true) throw error;
    const others = await findUserspace(list, { ...options, again: true });
    if (archiveId(list, others.packages) === archiveId(list, found.packages)) throw error;
    return await buildFrom(list, others, options);
  }
}

/** The version of each package of the guest's userspace, and where they come from. */
export async function userspaceVersions(): Promise<{ versions: Record<string, string>; origin: string }> {
  const { packages, origin } = await findUserspace(loadUserspaceList(), { quiet: true });
  return { versions: Object.fromEntries(packages.map((pkg): [string, string] => [pkg.name, pkg.version])), origin };
}

function findUserspace(
  list: UserspaceList,
  options: BuildOptions & { again?: boolean; quiet?: boolean },
): Promise<FoundPackages> {
  return findPackages(userspaceQuestion(list), {
    ...options,
    warn: (text) => options.progress?.(`warning: ${text}`),
    isKept: (packages) => guestCache().has(`userspace-${archiveId(list, packages)}`),
  });
}

async function buildFrom(
  list: UserspaceList,
  { packages, apt }: FoundPackages,
  options: BuildOptions,
): Promise<{ path: string; id: string }> {
  const id = archiveId(list, packages);
  const key = `userspace-${id}`;
  const folder = await ensureGuestFile(
    key,
    async (part) => {
      options.progress?.(`fetching the guest's userspace (${packages.length} packages)`);
      const debs = await apt.download(packages, list.suites, key);
      options.progress?.("unpacking the guest's userspace");
      const [raw, tree] = [path.join(part, 'unpacked'), path.join(part, 'tree')];
      for (const deb of debs) await unpackDeb(deb, raw, options.signal);
      fillUserspace(list, raw, tree);
      await packCpio(tree, path.join(part, 'userspace.cpio'));
      rmSync(raw, { recursive: true });
      rmSync(tree, { recursive: true });
      apt.forget(key);
    },
    options.signal,
  );
  return { path: path.join(folder, 'userspace.cpio'), id };
}

function archiveId(list: UserspaceList, packages: readonly DebianPackage[]): string {
  return contentKey({
    layerFormat: format,
    list,
    packages: packages.map((pkg) => [pkg.name, pkg.version, pkg.sha256]),
  });
}
