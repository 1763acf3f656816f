// SPDX-License-Identifier: GPL-2.0-only
// Keeps the files of a cell's first try: the second one writes files of the same names.

import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import path from 'node:path';

/** Where they are, in the folder of the cell. */
export const firstTryFolder = 'first-try';

/** Moves the files of a cell's folder there. */
export function keepFirstTry(folder: string): void {
  const kept = path.join(folder, firstTryFolder);
  mkdirSync(kept, { recursive: true });
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile()) renameSync(path.join(folder, entry.name), path.join(kept, entry.name));
  }
}
