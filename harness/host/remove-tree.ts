// SPDX-License-Identifier: GPL-2.0-only
// Removes a folder that another harness may be removing too.

import { existsSync, rmSync } from 'node:fs';

/** Removes a file or folder with all that is in it. False when it was not there. */
export function removeTree(place: string): boolean {
  const existed = existsSync(place);
  // Two that remove the same meet at each file: one of them finds it gone.
  rmSync(place, { recursive: true, force: true, maxRetries: 5 });
  return existed;
}
