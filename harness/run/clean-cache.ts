// SPDX-License-Identifier: GPL-2.0-only
// Frees space in the cache. What a running harness uses stays.

import { existsSync, lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { diskUsage } from '../host/disk-usage.ts';
import { isUsed } from '../host/life.ts';
import { cacheRoot } from '../host/places.ts';
import { boundBuildTrees, buildTreeRoot } from '../kernel/build/build-tree.ts';
import { cacheNames, caches } from './sweep.ts';

/** What the next run makes again within seconds or minutes, without the network. */
const madeAgain: readonly string[] = ['checkpoints', 'guest-memory', 'initramfs'];

/**
 * Removes saved guests and initramfs, or with `all` the whole cache. Returns how many bytes that freed, and what is kept because
 * another harness uses it.
 */
export function cleanCache(all: boolean): { bytes: number; inUse: string[] } {
  const places = all ? [cacheRoot()] : madeAgain.map((name) => path.join(cacheRoot(), name));
  const taken = (): number => places.reduce((sum, place) => sum + diskUsage(place).share, 0);
  const before = taken();
  const inUse: string[] = [];
  for (const cache of caches()) {
    const name = path.basename(cache.root);
    if (!all && !madeAgain.includes(name)) continue;
    for (const { key } of cache.entries()) if (!cache.remove(key)) inUse.push(path.join(name, key));
    cache.sweep();
  }
  if (all) removeRest(inUse);
  return { bytes: Math.max(before - taken(), 0), inUse };
}

/** What is not an entry of a cache: build trees, sources, package lists, answers of the archive. */
function removeRest(inUse: string[]): void {
  boundBuildTrees(0);
  const root = cacheRoot();
  if (!existsSync(root)) return;
  const running = [root, ...caches().map((cache) => cache.root)].some(isUsed);
  for (const name of readdirSync(root)) {
    const place = path.join(root, name);
    const isCache = (cacheNames as readonly string[]).includes(name);
    if (running && (isCache || place === buildTreeRoot())) removeIfEmpty(place);
    else if (running && name.startsWith('.live.')) continue;
    else if (running || name.endsWith('.lock')) inUse.push(name);
    else rmSync(place, { recursive: true, force: true });
  }
  removeIfEmpty(root);
}

function removeIfEmpty(folder: string): void {
  try {
    if (lstatSync(folder).isDirectory()) rmdirSync(folder);
  } catch {
    // something in it is used
  }
}
