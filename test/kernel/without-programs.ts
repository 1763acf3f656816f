// SPDX-License-Identifier: GPL-2.0-only
// A PATH that lacks some programs, for tests of what is said then.

import { readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../host/temporary.ts';

/** A folder with links to every program of this machine but the named ones. */
export function pathWithout(...missing: string[]): string {
  const folder = temporaryFolder();
  for (const place of ['/usr/bin', '/bin']) {
    for (const name of readdirSync(place)) {
      if (missing.includes(name)) continue;
      try {
        symlinkSync(path.join(place, name), path.join(folder, name));
      } catch {
        // It is in both places.
      }
    }
  }
  return folder;
}
