// SPDX-License-Identifier: GPL-2.0-only
// Empties the cache, except for what a running harness uses.

import { existsSync, lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isUsed } from '../host/life.ts';
import { cacheRoot } from '../host/places.ts';
import { boundBuildTrees, buildTreeRoot } from '../kernel/build/build-tree.ts';
import { cacheNames, caches } from './sweep.ts';

/** What `hazmat clean` removes without `--all`: it is made again in seconds, without the network. */
const small: readonly string[] = ['checkpoints', 'initramfs'];

/** Removes saved guests, or all. Returns how much was freed, and what is kept because another harness uses it. */
export function cleanCache(all: boolean): { bytes: number; inUse: string[] } {
  const inUse: string[] = [];
  let bytes = 0;
  for (const [index, cache] of caches().entries()) {
    const name = cacheNames[index] ?? '';
    if (!all && !small.includes(name)) continue;
    for (const entry of cache.entries()) {
      if (cache.remove(entry.key)) bytes += entry.share;
      else inUse.push(path.join(name, entry.key));
    }
    cache.sweep();
  }
  if (all) removeRest(inUse);
  return { bytes, inUse };
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
    if (isCache || place === buildTreeRoot()) removeIfEmpty(place);
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
