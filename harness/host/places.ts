// SPDX-License-Identifier: GPL-2.0-only
// Where the harness keeps things on the host. All its paths start from here.

import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The checkout: the folder of package.json. What runs may be compiled and lie deeper than this source (bin/compiled.mjs). */
export const projectRoot = folderAbove(import.meta.dirname, 'package.json');

/** False where hazmat was installed from a package: npm never packs package-lock.json. */
export const isCheckout = existsSync(path.join(projectRoot, 'package-lock.json'));

/** The cache, shared by all harnesses of this user: HAZMAT_CACHE, or `hazmat` in XDG_CACHE_HOME, or ~/.cache/hazmat. A relative XDG_CACHE_HOME does not count (XDG Base Directory Specification). */
export function cacheRoot(): string {
  const { HAZMAT_CACHE, XDG_CACHE_HOME } = process.env;
  return HAZMAT_CACHE ? path.resolve(HAZMAT_CACHE) : xdgFolder(XDG_CACHE_HOME, '.cache');
}

function xdgFolder(asked: string | undefined, usual: string): string {
  return path.join(asked?.startsWith('/') === true ? asked : path.join(os.homedir(), usual), 'hazmat');
}

/**
 * The folder of runs: HAZMAT_RESULTS, or `results` in the checkout. Where hazmat is installed, `hazmat/results` in XDG_STATE_HOME or
 * ~/.local/state: npm replaces the folder of a package when it updates it.
 */
export function resultsRoot(): string {
  const { HAZMAT_RESULTS, XDG_STATE_HOME } = process.env;
  if (HAZMAT_RESULTS) return path.resolve(HAZMAT_RESULTS);
  return isCheckout
    ? path.join(projectRoot, 'results')
    : path.join(xdgFolder(XDG_STATE_HOME, '.local/state'), 'results');
}

/**
 * The folder for sockets of running guests. Its path is short: that of a unix socket has at most 107 bytes (unix(7)). Versions
 * that knew a harness by its pid sweep `hazmat-UID`.
 */
export function scratchRoot(): string {
  return path.join(os.tmpdir(), `hazmat.${process.getuid?.() ?? 0}`);
}

/** The path itself if it exists, or the nearest folder above it that does. */
export function existingParent(place: string): string {
  return existsSync(place) ? place : existingParent(path.dirname(place));
}

function folderAbove(folder: string, file: string): string {
  const above = path.dirname(folder);
  return above === folder || existsSync(path.join(above, file)) ? above : folderAbove(above, file);
}
