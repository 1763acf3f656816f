// SPDX-License-Identifier: GPL-2.0-only
// Errors about writing files, in words for the person at the terminal.

import { InfraError } from './errors.ts';

/** The error for a file or folder that could not be written. It names the path, and says so when the disk is full. */
export function cannotWrite(file: string, error: unknown): InfraError {
  const why = error instanceof Error ? error.message : String(error);
  return diskFull(error, file) ?? new InfraError(`${file} cannot be written: ${why}`, { cause: error });
}

/**
 * An InfraError that says which disk is full, if that is what `error` means; otherwise undefined. Programs report it in
 * their own words, so the hint of an InfraError (the end of the program's stderr) is searched too.
 */
export function diskFull(error: unknown, where: string): InfraError | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? String(error.code) : '';
  const hint = error instanceof InfraError ? (error.hint ?? '') : '';
  const said = `${code} ${error.message} ${hint}`;
  if (!/ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/.test(said)) return undefined;
  return fullDisk(where, error);
}

/** The error for a full disk. */
export function fullDisk(where: string, cause: unknown): InfraError {
  return new InfraError(`the disk is full: ${where} cannot be written`, {
    hint: 'npx hazmat clean frees space in the cache. HAZMAT_CACHE and HAZMAT_RESULTS move the cache and the results.',
    cause,
  });
}
