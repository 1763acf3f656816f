// SPDX-License-Identifier: GPL-2.0-only
// What the compiler said of a kernel in the cache.

import { existsSync } from 'node:fs';
import { kernelCache } from '../kernel-cache.ts';
import { readWarnings, warningsFile, type Warnings } from './warnings.ts';

/** By the kernel's id; undefined for one that we did not build. */
export function keptWarnings(id: string | undefined): Warnings | undefined {
  const folder = id === undefined ? undefined : kernelCache().find(id);
  return folder === undefined || !existsSync(warningsFile(folder)) ? undefined : readWarnings(folder);
}
