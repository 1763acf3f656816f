// SPDX-License-Identifier: GPL-2.0-only
// The compiler's warnings about a kernel in the cache.

import { kernelCache } from '../kernel-cache.ts';
import { readWarnings, type Warnings } from './warnings.ts';

/** The warnings of a kernel by its id; undefined for one that was not built here. */
export function keptWarnings(id: string | undefined): Warnings | undefined {
  const folder = id === undefined ? undefined : kernelCache().find(id);
  return folder === undefined ? undefined : readWarnings(folder);
}
