// SPDX-License-Identifier: GPL-2.0-only
// Writes a file in one step: a reader sees the old file or the new one, never a part of either.

import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { entriesBelow } from './walk.ts';
import { cannotWrite } from './write-error.ts';

export interface WriteOptions {
  /** Mode of a new file, before the umask; 0o666 by default. */
  mode?: number | undefined;
  /** Make the folders above the file if they do not exist. */
  makeFolders?: boolean | undefined;
}

/** A file that is being written, hidden next to the file that it becomes. */
const partName = /^\..+\.part\.[0-9a-f]{12}$/;

/**
 * Writes a whole file: first a hidden file in the same folder, which is then renamed (rename(2) is atomic). The data is
 * not synced to the disk: after a power failure the file may be empty.
 * @throws InfraError naming the file. The old file is unchanged then, and nothing else is left.
 */
export function writeWholeFile(file: string, content: string | Uint8Array, options: WriteOptions = {}): void {
  const part = path.join(path.dirname(file), `.${path.basename(file)}.part.${randomBytes(6).toString('hex')}`);
  try {
    if (options.makeFolders === true) mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(part, content, { mode: options.mode ?? 0o666 });
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw cannotWrite(file, error);
  }
}

/**
 * Removes the half-written files that killed processes left in a folder, and with `recursive` below it. `olderThan`: only those that
 * were written to this many milliseconds ago or earlier; a folder that living processes write to needs it.
 */
export function removeParts(folder: string, { recursive = false, olderThan = 0 } = {}): void {
  for (const name of recursive ? entriesBelow(folder) : readdirSync(folder)) {
    if (!partName.test(path.basename(name))) continue;
    const part = path.join(folder, name);
    const stat = lstatSync(part, { throwIfNoEntry: false });
    if (stat?.isFile() === true && Math.floor(stat.mtimeMs) <= Date.now() - olderThan) rmSync(part, { force: true });
  }
}
