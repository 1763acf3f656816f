// SPDX-License-Identifier: GPL-2.0-only
// Order of Debian versions, as dpkg sees it.

import { runProgram } from '../program.ts';

/** Tells whether version a is newer than b in Debian's order (`7.3~rc7-1` is older than `7.3-1`). */
async function isNewerVersion(a: string, b: string): Promise<boolean> {
  const { exitCode } = await runProgram(['dpkg', '--compare-versions', a, 'gt', b], { accept: [0, 1] });
  return exitCode === 0;
}

/** The item with the newest version; the first of equals. Undefined only for an empty list. */
export async function newestVersion<T extends { version: string }>(items: readonly T[]): Promise<T | undefined> {
  let [newest] = items;
  for (const item of items.slice(1)) {
    if (newest === undefined || (await isNewerVersion(item.version, newest.version))) newest = item;
  }
  return newest;
}
