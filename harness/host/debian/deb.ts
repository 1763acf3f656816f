// SPDX-License-Identifier: GPL-2.0-only
// Debian package files on disk: verifying and unpacking them.

import { existsSync, mkdirSync, statSync } from 'node:fs';
import { fileHash } from '../key.ts';
import type { DebianPackage } from './package-index.ts';
import { runProgram } from '../program.ts';

/** The fault of a file that does not exist. */
export const missing = 'is missing';

/** What is wrong with a downloaded .deb, as the end of a sentence; undefined when it is as the index says. */
export async function debFault(file: string, pkg: Pick<DebianPackage, 'size' | 'sha256'>): Promise<string | undefined> {
  if (!existsSync(file)) return missing;
  const { size } = statSync(file);
  if (size !== pkg.size) return `has ${size} bytes instead of ${pkg.size}`;
  const hash = await fileHash(file);
  return hash === pkg.sha256 ? undefined : `has SHA-256 ${hash} instead of ${pkg.sha256}`;
}

/** Unpacks the files of a .deb below a folder. Needs no root; the files belong to the user. */
export async function unpackDeb(file: string, folder: string, signal?: AbortSignal): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await runProgram(['dpkg-deb', '-x', file, folder], { signal });
}
