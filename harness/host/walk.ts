// SPDX-License-Identifier: GPL-2.0-only
// Lists what is below a folder. readdir's own `recursive` follows symlinks to folders when it returns plain names.

import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Relative paths of everything below a folder, parents first, sorted. Symlinks are listed, not followed. */
export function entriesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory()
        ? [entry.name, ...entriesBelow(path.join(folder, entry.name)).map((name) => path.join(entry.name, name))]
        : [entry.name],
    );
}
