// SPDX-License-Identifier: GPL-2.0-only
// Which packages a version was last resolved to, so that a warm start needs no index.

import path from 'node:path';
import { recallAnswer, rememberAnswer, type Remembered } from '../../host/debian/remembered.ts';
import { cacheRoot } from '../../host/places.ts';
import { stockKernelSchema, type StockKernel } from './stock.ts';

/** The last answer for a version (`6.12`, `6.12.107`), however old; undefined when there is none. */
export function recallStock(version: string): Remembered<StockKernel> | undefined {
  return recallAnswer(memoryFile(version), stockKernelSchema);
}

/** Remembers the answer for a version. */
export function rememberStock(version: string, stock: StockKernel): void {
  rememberAnswer(memoryFile(version), stock);
}

function memoryFile(version: string): string {
  return path.join(cacheRoot(), 'kernel-lines', `${version}.json`);
}
