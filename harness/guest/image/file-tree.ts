// SPDX-License-Identifier: GPL-2.0-only
// Copying files out of a tree that is somebody's root: symlinks count from that root, and are kept with what they name.

import { copyFileSync, lstatSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import path from 'node:path';

const aliases: Record<string, string> = { bin: 'usr/bin', sbin: 'usr/sbin', lib: 'usr/lib', lib64: 'usr/lib64' };

/** A path below a root, without the leading slash and with merged /usr: `/lib64/ld.so` is `usr/lib64/ld.so`. */
export function inRoot(name: string): string {
  const [first = '', ...rest] = path.posix.join('/', name).slice(1).split('/');
  return [aliases[first] ?? first, ...rest].join('/');
}

/**
 * Copies a file and, through every symlink, what it names; all paths are below the roots. Returns where the file
 * itself came to lie, or undefined when it, or what a symlink names, is not there.
 */
export function copyFollowing(from: string, to: string, name: string, depth = 0): string | undefined {
  const plain = inRoot(name);
  const source = path.join(from, plain);
  const stat = lstatSync(source, { throwIfNoEntry: false });
  if (stat === undefined || depth > 10) return undefined;
  const target = path.join(to, plain);
  mkdirSync(path.dirname(target), { recursive: true });
  const present = lstatSync(target, { throwIfNoEntry: false }) !== undefined;
  if (stat.isSymbolicLink()) {
    const link = readlinkSync(source);
    if (!present) symlinkSync(link, target);
    return copyFollowing(from, to, path.posix.resolve('/', path.posix.dirname(plain), link), depth + 1);
  }
  if (!stat.isFile()) return undefined;
  if (!present) copyFileSync(source, target);
  return plain;
}

/** The first of the folders, below a root, that has a file of this name. */
export function findIn(root: string, folders: readonly string[], name: string): string | undefined {
  return folders
    .map((folder) => `${inRoot(folder)}/${name}`)
    .find((file) => lstatSync(path.join(root, file), { throwIfNoEntry: false }) !== undefined);
}
