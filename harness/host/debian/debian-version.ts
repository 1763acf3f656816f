// SPDX-License-Identifier: GPL-2.0-only
// The order of Debian versions, by dpkg.

import { runProgram } from '../program.ts';

/** Whether version a is newer than b in Debian's order (`7.3~rc7-1` is older than `7.3-1`). */
export async function isNewerVersion(a: string, b: string): Promise<boolean> {
  const { exitCode } = await runProgram(['dpkg', '--compare-versions', a, 'gt', b], { accept: [0, 1] });
  return exitCode === 0;
}

/** The item with the newest version; of equal ones the first. Undefined only for an empty list. */
export async function newestVersion<T extends { version: string }>(items: readonly T[]): Promise<T | undefined> {
  let [newest] = items;
  for (const item of items.slice(1)) {
    if (newest === undefined || (await isNewerVersion(item.version, newest.version))) newest = item;
  }
  return newest;
}
