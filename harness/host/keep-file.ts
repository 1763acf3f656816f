// SPDX-License-Identifier: GPL-2.0-only
// Keeps a small file in the cache: a reader sees all of it or none.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ownerTag, ownOwner } from './owner.ts';

/** Writes a file (and the folders above it) by way of a private one beside it. */
export function keepFile(file: string, content: string | Uint8Array): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const part = `${file}.part.${ownerTag(ownOwner())}`;
  writeFileSync(part, content);
  renameSync(part, file);
}
