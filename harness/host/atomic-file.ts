// SPDX-License-Identifier: GPL-2.0-only
// Writes a file in one step: a reader sees the old file or the new one, never a part of either.

import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ownerTag, ownOwner } from './owner.ts';
import { cannotWrite } from './write-error.ts';

export interface WriteOptions {
  /** Mode of a new file, before the umask; 0o666 by default. */
  mode?: number | undefined;
  /** Make the folders above the file if they do not exist. */
  makeFolders?: boolean | undefined;
}

/**
 * Writes a whole file: first a hidden file in the same folder, which is then renamed (rename(2) is atomic). The data is
 * not synced to the disk: after a power failure the file may be empty.
 * @throws InfraError naming the file. The old file is unchanged then, and nothing else is left.
 */
export function writeWholeFile(file: string, content: string | Uint8Array, options: WriteOptions = {}): void {
  const part = path.join(path.dirname(file), `.${path.basename(file)}.part.${ownerTag(ownOwner())}`);
  try {
    if (options.makeFolders === true) mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(part, content, { mode: options.mode ?? 0o666 });
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw cannotWrite(file, error);
  }
}
