// SPDX-License-Identifier: GPL-2.0-only
// How much disk files take.

import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { sectorBytes } from './page.ts';

export interface DiskUsage {
  /** Bytes on disk, without holes. */
  bytes: number;
  /** The same, but a file with n hard links counts as one n-th. The sum over folders that share files is what they take. */
  share: number;
}

/** What a file, or all files below a folder, take on disk; nothing when the path does not exist. Symlinks are not followed. */
export function diskUsage(place: string): DiskUsage {
  const stat = lstatSync(place, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) {
    return namesIn(place)
      .map((name) => diskUsage(path.join(place, name)))
      .reduce((sum, one) => ({ bytes: sum.bytes + one.bytes, share: sum.share + one.share }), { bytes: 0, share: 0 });
  }
  // A file may be removed by another harness meanwhile.
  const bytes = stat?.isFile() === true ? stat.blocks * sectorBytes : 0;
  return { bytes, share: bytes / (stat?.nlink ?? 1) };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // another harness has removed it
  }
}
