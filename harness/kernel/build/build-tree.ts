// SPDX-License-Identifier: GPL-2.0-only
// A build tree: a work tree of ours with the objects of the last build beside it. Going from one source to the next changes
// only the files that differ, so only their objects are built again. One build at a time stands at a build tree.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { takeLock, tryLock, type Lock } from '../../host/lock.ts';
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

/** BuildTrees that are kept; the least recently used goes when there are more. HAZMAT_BUILD_TREES_MAX overrides. */
const defaultBuildTrees = 5;

/** Where the buildTrees are. */
export function buildTreeRoot(): string {
  return path.join(cacheRoot(), 'build-trees');
}

/**
 * Works at a build tree, alone. `name`: what may share objects: one configuration of one line of kernels.
 * `waiting`: called when another build stands there.
 */
export async function inBuildTree<T>(
  repo: SourceRepo,
  name: string,
  work: (buildTree: BuildTree) => Promise<T>,
  { signal, waiting }: { signal?: AbortSignal; waiting?: () => void } = {},
): Promise<T> {
  const folder = path.join(buildTreeRoot(), name);
  const lock = (await tryLock(folder)) ?? (await waited(folder, waiting, signal));
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
    return await work(buildTree);
  } finally {
    lock.release();
  }
}

async function waited(folder: string, waiting?: () => void, signal?: AbortSignal): Promise<Lock> {
  waiting?.();
  return takeLock(folder, signal);
}

async function moveTo(repo: SourceRepo, buildTree: BuildTree, commit: string, signal?: AbortSignal): Promise<void> {
  const index = path.join(buildTree.folder, 'index');
  // Whoever held it is dead: the build tree is ours alone.
  rmSync(`${index}.lock`, { force: true });
  await repo.git(['read-tree', '--reset', '-u', commit], {
    env: { GIT_WORK_TREE: buildTree.tree, GIT_INDEX_FILE: index },
    cwd: buildTree.tree,
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Removes the least recently used buildTrees beyond the limit, but none at which somebody stands. Returns what went. */
export async function boundBuildTrees(limit = buildTreeLimit()): Promise<string[]> {
  const root = buildTreeRoot();
  const names = existsSync(root) ? readdirSync(root) : [];
  const byUse = names
    .map((name) => ({ folder: path.join(root, name), used: statSync(path.join(root, name)).mtimeMs }))
    .sort((a, b) => b.used - a.used);
  const removed: string[] = [];
  for (const { folder } of byUse.slice(limit)) {
    const lock = await tryLock(folder);
    if (lock === undefined) continue;
    // Renamed first, so that a half-removed build tree is never worked at.
    const trash = `${folder}.trash`;
    if (!folder.endsWith('.trash')) renameSync(folder, trash);
    rmSync(trash, { recursive: true, force: true });
    lock.release();
    removed.push(folder);
  }
  return removed;
}

function buildTreeLimit(): number {
  const { HAZMAT_BUILD_TREES_MAX } = process.env;
  return /^\d+$/.test(HAZMAT_BUILD_TREES_MAX ?? '') ? Number(HAZMAT_BUILD_TREES_MAX) : defaultBuildTrees;
}
