// SPDX-License-Identifier: GPL-2.0-only
// Writes a file so that a reader sees the old one or the new one, and never half of either.

import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InfraError } from './errors.ts';
import { ownerTag, ownOwner } from './owner.ts';
import { diskFull } from './cache.ts';

/**
 * Writes a whole file by way of a private one beside it.
 * @throws InfraError naming the file; nothing half is left.
 */
export function writeWholeFile(file: string, text: string, mode = 0o666): void {
  const part = path.join(path.dirname(file), `.${path.basename(file)}.part.${ownerTag(ownOwner())}`);
  try {
    writeFileSync(part, text, { mode });
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw cannotWrite(file, error);
  }
}

/** What went wrong when a file was written, for a person: the file is named, a full disk is called one. */
export function cannotWrite(file: string, error: unknown): InfraError {
  const why = error instanceof Error ? error.message : String(error);
  return diskFull(error, file) ?? new InfraError(`${file} cannot be written: ${why}`, { cause: error });
}
