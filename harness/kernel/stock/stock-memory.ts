// SPDX-License-Identifier: GPL-2.0-only
// Which packages a version was last resolved to, so that a warm start needs no index.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { writeWholeFile } from '../../host/atomic-file.ts';
import { indexMaxAge } from '../../host/debian/apt-settings.ts';
import { cacheRoot } from '../../host/places.ts';
import type { StockKernel } from './stock.ts';

export interface Remembered {
  stock: StockKernel;
  /** True for as long as an index would count as fresh. */
  fresh: boolean;
}

/** The last answer for a version (`6.12`, `6.12.107`), however old. */
export function recallStock(version: string): Remembered | undefined {
  try {
    const { asked, stock } = JSON.parse(readFileSync(memoryFile(version), 'utf8')) as {
      asked: number;
      stock: StockKernel;
    };
    const age = Date.now() - asked;
    return { stock, fresh: age >= 0 && age < indexMaxAge() };
  } catch {
    return undefined; // nothing remembered, or nothing that can be read: it can be asked for again
  }
}

/** Keeps an answer. */
export function rememberStock(version: string, stock: StockKernel): void {
  writeWholeFile(memoryFile(version), JSON.stringify({ asked: Date.now(), stock }), { makeFolders: true });
}

function memoryFile(version: string): string {
  return path.join(cacheRoot(), 'kernel-lines', `${version}.json`);
}
