// SPDX-License-Identifier: GPL-2.0-only
// Keeps the code of the lines that a series adds with the kernel that was just built.

import { rmSync } from 'node:fs';
import type { PatchedSource } from '../series/patched-source.ts';
import { findLines, type BuiltFiles } from './find-lines.ts';
import { writeSeriesLines } from './series-lines.ts';

/** Writes series-lines.json into the kernel's folder. @throws InfraError when git, the compiler or a program of binutils fails */
export async function keepLines(
  source: PatchedSource,
  built: BuiltFiles,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const scratch = source.repo.scratch();
  try {
    writeSeriesLines(folder, await findLines(source, built, scratch, signal));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
