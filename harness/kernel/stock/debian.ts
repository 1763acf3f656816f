// SPDX-License-Identifier: GPL-2.0-only
// Resolves `debian:VERSION`: found and fetched through the apt root, kept unpacked in the cache.

import path from 'node:path';
import { isOffline } from '../../host/debian/apt.ts';
import type { Catalog } from '../catalog.ts';
import { findStock, stockKey, type WantedStock } from './find-stock.ts';
import { ensureKernel } from '../kernel-cache.ts';
import { readKeptKernel } from '../kept-kernel.ts';
import type { Kernel } from '../kernel.ts';
import { aptOf, type ResolveOptions } from '../resolve-options.ts';
import type { StockKernel } from './stock.ts';
import { keptStockSchema, unpackKernel } from './unpack.ts';

/**
 * The newest stock kernel of a line, or one release of it; fetched when it is not in the cache.
 * @throws InfraError when it cannot be found, fetched, verified or unpacked.
 */
export async function resolveDebian(
  spec: string,
  wanted: WantedStock,
  catalog: Catalog,
  options: ResolveOptions,
): Promise<Kernel> {
  const stock = await findStock(wanted, catalog, options);
  try {
    return await fetchStock(spec, wanted, stock, catalog, options);
  } catch (error) {
    // The archive removes old packages within a day: a newer index may name another one.
    if (isOffline() || options.signal?.aborted === true) throw error;
    const other = await findStock(wanted, catalog, options, { askAgain: true });
    if (stockKey(other, catalog.without) === stockKey(stock, catalog.without)) throw error;
    return await fetchStock(spec, wanted, other, catalog, options);
  }
}

async function fetchStock(
  spec: string,
  wanted: WantedStock,
  stock: StockKernel,
  catalog: Catalog,
  options: ResolveOptions,
): Promise<Kernel> {
  const key = stockKey(stock, catalog.without);
  const folder = await ensureKernel(
    key,
    async (part) => {
      options.beforeFetch?.();
      const apt = aptOf(options);
      const megabytes = Math.round(stock.payload.reduce((sum, pkg) => sum + pkg.size, 0) / 1e6);
      options.progress?.(`fetching ${stock.name} ${stock.version} (${megabytes} MB)`);
      const debs = await apt.download(stock.payload, [stock.suite], key);
      options.progress?.(`unpacking ${stock.name} ${stock.version}`);
      await unpackKernel(stock, debs, catalog.without, part, options.signal);
      apt.forget(key);
    },
    options.signal,
  );
  const kept = readKeptKernel(folder, keptStockSchema);
  return {
    spec,
    label: wanted.version,
    version: kept.version,
    release: kept.release,
    image: path.join(folder, 'vmlinuz'),
    modules: path.join(folder, 'lib/modules', kept.release),
    vmlinux: undefined,
    id: key,
    origin: kept.origin,
  };
}
