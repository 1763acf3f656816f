// SPDX-License-Identifier: GPL-2.0-only
// Where things lie on the host. Every path of ours starts here.

import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The checkout: the folder that holds package.json. */
export const projectRoot = path.resolve(import.meta.dirname, '../..');

/** The cache, shared by all harnesses of this user: kernels, userspace, checkpoints. HAZMAT_CACHE overrides. */
export function cacheRoot(): string {
  const { HAZMAT_CACHE, XDG_CACHE_HOME } = process.env;
  if (HAZMAT_CACHE) return path.resolve(HAZMAT_CACHE);
  return path.join(XDG_CACHE_HOME ? XDG_CACHE_HOME : path.join(os.homedir(), '.cache'), 'hazmat');
}

/** Where runs are kept; HAZMAT_RESULTS overrides. */
export function resultsRoot(): string {
  return process.env.HAZMAT_RESULTS ? path.resolve(process.env.HAZMAT_RESULTS) : path.join(projectRoot, 'results');
}

/** Where sockets of running guests lie: short, because a unix socket's path has at most 107 bytes. */
export function scratchRoot(): string {
  return path.join(os.tmpdir(), `hazmat-${process.getuid?.() ?? 0}`);
}

/** The nearest folder above (or at) a path that exists. */
export function existingParent(place: string): string {
  return existsSync(place) ? place : existingParent(path.dirname(place));
}
