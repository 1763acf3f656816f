// SPDX-License-Identifier: GPL-2.0-only
// Lists the stock kernels of the catalog: the newest of each line, whether it is in the cache, and whether its source can
// be fetched.

import { catalogLines, loadCatalog, type Catalog } from './catalog.ts';
import { kernelCache } from './kernel-cache.ts';
import type { ResolveOptions } from './resolve-options.ts';
import { findStock, NoStockKernel, stockKey } from './stock/find-stock.ts';
import { StockIndex } from './stock/stock-index.ts';
import { upstreamVersion } from './stock/stock.ts';

export interface ListedKernel {
  line: string;
  /** The newest kernel of the line; undefined when there is none. */
  newest: { version: string; package: string; suite: string } | undefined;
  /** Bytes in the cache; undefined when it is not in the cache. */
  bytes: number | undefined;
  /** Debian has the source of the line: a series can be built for it. */
  hasSource: boolean;
  /** Why there is no kernel. */
  unavailable: string | undefined;
}

/**
 * Every line of a catalog, in ascending order. Works without the network from what is remembered; a line without a kernel
 * has the reason.
 * @throws InfraError when apt cannot be used.
 */
export async function listKernels(
  options: ResolveOptions = {},
  catalog: Catalog = loadCatalog(),
): Promise<ListedKernel[]> {
  const index = new StockIndex(options);
  const inCache = new Map(
    kernelCache()
      .entries()
      .map(({ key, bytes }) => [key, bytes]),
  );
  const listed: ListedKernel[] = [];
  for (const line of catalogLines(catalog)) {
    try {
      const stock = await findStock({ line, version: line }, catalog, options, { index });
      listed.push({
        line,
        newest: {
          version: upstreamVersion(stock.version),
          package: `${stock.name} ${stock.version}`,
          suite: stock.suite,
        },
        bytes: inCache.get(stockKey(stock, catalog.without)),
        hasSource: stock.hasSource,
        unavailable: undefined,
      });
    } catch (error) {
      if (!(error instanceof NoStockKernel)) throw error;
      const unavailable = `${error.message}. ${error.hint ?? ''}`.trim().replaceAll('\n', ' ');
      listed.push({ line, newest: undefined, bytes: undefined, hasSource: error.hasSource, unavailable });
    }
  }
  return listed;
}
