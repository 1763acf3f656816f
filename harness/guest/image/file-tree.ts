// SPDX-License-Identifier: GPL-2.0-only
// Copies files out of a tree that is the root of a system: symlinks are resolved from that root, and copied with their targets.

import { copyFileSync, lstatSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import path from 'node:path';

const aliases: Record<string, string> = { bin: 'usr/bin', sbin: 'usr/sbin', lib: 'usr/lib', lib64: 'usr/lib64' };

/** A path relative to the root, with merged /usr: `/lib64/ld.so` is `usr/lib64/ld.so`. */
export function inRoot(name: string): string {
  const [first = '', ...rest] = path.posix.join('/', name).slice(1).split('/');
  return [aliases[first] ?? first, ...rest].join('/');
}

/**
 * Copies a file with every symlink on the way to it; all paths are relative to the roots `from` and `to`. Returns the path
 * of the file itself, or undefined when the file or the target of a symlink does not exist.
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

/** The path of the file in the first of the folders that has it, relative to the root; undefined when none has it. */
export function findIn(root: string, folders: readonly string[], name: string): string | undefined {
  return folders
    .map((folder) => `${inRoot(folder)}/${name}`)
    .find((file) => lstatSync(path.join(root, file), { throwIfNoEntry: false }) !== undefined);
}
