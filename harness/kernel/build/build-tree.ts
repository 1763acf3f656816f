// SPDX-License-Identifier: GPL-2.0-only
// A build tree: a work tree in the cache together with the objects of its last build. Going from one source to the next
// changes only the files that differ, so only their objects are built again. One build at a time uses a build tree.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { lockNextTo, takeLock, tryLock, type Lock } from '../../host/lock.ts';
import { cacheRoot } from '../../host/places.ts';
import type { SourceRepo } from '../source/source-repo.ts';

export interface BuildTree {
  folder: string;
  /** The source. What is built in it is untracked and stays. */
  tree: string;
  /** Objects of builds out of tree. */
  out: string;
  /** Changes the tree to a commit. */
  moveTo: (commit: string, signal?: AbortSignal) => Promise<void>;
}

/** How many build trees are kept, of some 3 GiB each. HAZMAT_BUILD_TREES_MAX overrides. */
const defaultBuildTrees = 5;

/** The folder that holds the build trees. */
export function buildTreeRoot(): string {
  return path.join(cacheRoot(), 'build-trees');
}

/**
 * Does some work with a build tree that nobody else uses meanwhile, and then removes build trees beyond the limit.
 * @param name what may share objects: one configuration of one line of kernels
 */
export async function inBuildTree<T>(
  repo: SourceRepo,
  name: string,
  work: (buildTree: BuildTree) => Promise<T>,
  { progress, signal }: { progress?: ((note: string) => void) | undefined; signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const folder = path.join(buildTreeRoot(), name);
  const lock = tryLock(lockNextTo(folder)) ?? (await waitForLock(folder, progress, signal));
  let result: T;
  try {
    const buildTree: BuildTree = {
      folder,
      tree: path.join(folder, 'tree'),
      out: path.join(folder, 'out'),
      moveTo: (commit, stop) => moveTo(repo, buildTree, commit, stop),
    };
    for (const part of [buildTree.tree, buildTree.out]) mkdirSync(part, { recursive: true });
    const now = new Date();
    utimesSync(folder, now, now);
    result = await work(buildTree);
  } finally {
    lock.release();
  }
  boundBuildTrees();
  return result;
}

async function waitForLock(folder: string, progress?: (note: string) => void, signal?: AbortSignal): Promise<Lock> {
  const what = `another build in the build tree ${path.basename(folder)}`;
  progress?.(`waiting for ${what}`);
  return takeLock(lockNextTo(folder), { what, signal });
}

async function moveTo(repo: SourceRepo, buildTree: BuildTree, commit: string, signal?: AbortSignal): Promise<void> {
  const index = path.join(buildTree.folder, 'index');
  // The holder of the build tree's lock is this process: a lock of git was left by one that was killed.
  rmSync(`${index}.lock`, { force: true });
  await repo.git(['read-tree', '--reset', '-u', commit], {
    env: { GIT_WORK_TREE: buildTree.tree, GIT_INDEX_FILE: index },
    cwd: buildTree.tree,
    signal,
  });
}

/** Removes the least recently used build trees beyond the limit, except those in use. Returns the removed folders. */
export function boundBuildTrees(limit = buildTreeLimit()): string[] {
  const root = buildTreeRoot();
  const names = existsSync(root) ? readdirSync(root).filter((name) => !name.startsWith('.')) : [];
  const byUse = names
    .flatMap((name) => {
      const folder = path.join(root, name);
      const stat = statSync(folder, { throwIfNoEntry: false }); // another harness may have removed it
      return stat === undefined ? [] : [{ folder, used: stat.mtimeMs }];
    })
    .sort((a, b) => b.used - a.used);
  const removed: string[] = [];
  for (const { folder } of byUse.slice(limit)) {
    const lock = tryLock(lockNextTo(folder));
    if (lock === undefined) continue;
    // Renamed first, so that a half-removed build tree is never used.
    const trash = `${folder}.trash`;
    try {
      if (!folder.endsWith('.trash') && existsSync(folder)) renameSync(folder, trash);
      rmSync(trash, { recursive: true, force: true });
    } finally {
      lock.release();
    }
    removed.push(folder);
  }
  return removed;
}

/** How many build trees are kept: HAZMAT_BUILD_TREES_MAX, or 5. */
export function buildTreeLimit(): number {
  const { HAZMAT_BUILD_TREES_MAX } = process.env;
  return /^\d+$/.test(HAZMAT_BUILD_TREES_MAX ?? '') ? Number(HAZMAT_BUILD_TREES_MAX) : defaultBuildTrees;
}
