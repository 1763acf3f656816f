// SPDX-License-Identifier: GPL-2.0-only
// Whether the harness can write to the folders that it needs, found out before anything is done.

import { accessSync, constants, mkdirSync, statfsSync, statSync } from 'node:fs';
import path from 'node:path';
import { InfraError, UsageError } from './errors.ts';
import { cacheRoot, existingParent, resultsRoot, scratchRoot } from './places.ts';

/** Longest path of a unix socket, in bytes (unix(7): 108 with the terminating zero). */
const maxSocketPath = 107;

/** A path like those of guests' sockets: harness/host/scratch.ts, machine/argv.ts. */
const exampleSocket = 'gXXXXXX-1234567-123456789012/console.sock';

/** Filesystems on which nothing can be kept (statfs(2), linux/magic.h). */
const kernelFileSystems: Record<number, string> = { 0x9fa0: 'proc', 0x62656572: 'sysfs', 0x64626720: 'debugfs' };

/**
 * Checks the cache, the folder of results and the folder of temporary files.
 * @throws UsageError when a setting names a bad place; InfraError when a place that nobody named is bad.
 */
export function checkPlaces(): void {
  checkFolder(cacheRoot(), 'the cache', 'HAZMAT_CACHE');
  checkFolder(resultsRoot(), 'the results', 'HAZMAT_RESULTS');
  checkFolder(scratchRoot(), 'temporary files', 'TMPDIR');
  const socket = path.join(scratchRoot(), exampleSocket);
  const tooLong = Buffer.byteLength(socket) - maxSocketPath;
  if (tooLong > 0) {
    throw new UsageError(
      `TMPDIR is too long by ${tooLong} bytes: sockets in it would have longer names than Linux takes`,
      {
        hint: `${path.dirname(scratchRoot())}\nSet TMPDIR to a shorter path, such as /tmp.`,
      },
    );
  }
}

function checkFolder(folder: string, what: string, setting: string): void {
  try {
    // First: Node's mkdir never returns for a folder that /proc refuses to make.
    const kind = kernelFileSystems[statfsSync(existingParent(folder)).type];
    if (kind !== undefined) throw new Error(`it is on a file system of the kernel (${kind})`);
    mkdirSync(folder, { recursive: true, ...(setting === 'TMPDIR' ? { mode: 0o700 } : {}) });
    if (!statSync(folder).isDirectory()) throw new Error('it is not a folder');
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const why = cause instanceof Error ? reason(cause) : String(cause);
    const message = `${folder} cannot be used for ${what}: ${why}`;
    const hint = `Set ${setting} to a folder that can be written to.`;
    throw process.env[setting]
      ? new UsageError(`${setting}: ${message}`, { hint, cause })
      : new InfraError(message, { hint, cause });
  }
}

const reasons: Record<string, string> = {
  EEXIST: 'it is a file, not a folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EROFS: 'its file system is read-only',
  EACCES: 'permission denied',
  ENOENT: 'it cannot be made',
  ENOSPC: 'the disk is full',
};

function reason(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  return reasons[code] ?? error.message;
}
