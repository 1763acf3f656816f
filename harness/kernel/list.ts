// SPDX-License-Identifier: GPL-2.0-only
// What `hazmat kernel list` tells: every line of the catalog, what is newest in it, and what is in the cache.

import { catalogLines, loadCatalog } from './catalog.ts';
import { findStock, NoStockKernel, stockKey } from './stock/find-stock.ts';
import { kernelCache } from './kernel-cache.ts';
import type { ResolveOptions } from './resolve-options.ts';
import { StockIndex } from './stock/stock-index.ts';
import { upstreamVersion } from './stock/stock.ts';

export interface ListedKernel {
  line: string;
  /** Upstream version of the newest; undefined with the next two when none can be had. */
  version: string | undefined;
  /** Package and its Debian version. */
  package: string | undefined;
  suite: string | undefined;
  inCache: boolean;
  /** On disk, when in the cache. */
  bytes?: number;
  /** Why none can be had. */
  unavailable?: string;
}

/** Works without the network from what is known; what cannot be had says why. */
export async function listKernels(options: ResolveOptions = {}): Promise<ListedKernel[]> {
  const catalog = loadCatalog();
  const index = new StockIndex(options);
  const stored = new Map(
    kernelCache()
      .entries()
      .map(({ key, bytes }) => [key, bytes]),
  );
  const listed: ListedKernel[] = [];
  for (const line of catalogLines(catalog)) {
    try {
      const stock = await findStock({ line, version: line }, catalog, options, { index });
      const bytes = stored.get(stockKey(stock, catalog.without));
      listed.push({
        line,
        version: upstreamVersion(stock.version),
        package: `${stock.name} ${stock.version}`,
        suite: stock.suite,
        inCache: bytes !== undefined,
        ...(bytes === undefined ? {} : { bytes }),
      });
    } catch (error) {
      if (!(error instanceof NoStockKernel)) throw error;
      const unavailable = [error.message, error.hint]
        .filter((text) => text !== undefined)
        .join(': ')
        .replaceAll('\n', ' ');
      listed.push({ line, version: undefined, package: undefined, suite: undefined, inCache: false, unavailable });
    }
  }
  return listed;
}
