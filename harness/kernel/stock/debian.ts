// SPDX-License-Identifier: GPL-2.0-only
// Stock Debian kernels: found through the apt root, kept unpacked in the cache.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isOffline } from '../../host/debian/apt-settings.ts';
import type { Catalog } from '../catalog.ts';
import { findStock, stockKey, type WantedStock } from './find-stock.ts';
import { ensureKernel } from '../kernel-cache.ts';
import type { Kernel } from '../kernel.ts';
import { aptOf, type ResolveOptions } from '../resolve-options.ts';
import type { StockKernel } from './stock.ts';
import { unpackKernel, type CachedKernel } from './unpack.ts';

/**
 * Finds and, if need be, fetches the newest stock kernel of a line, or one release of it.
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
    // The archive moves on within a day, and takes old packages away: a newer index may name another.
    if (isOffline() || options.signal?.aborted === true) throw error;
    const other = await findStock(wanted, catalog, options, { anew: true });
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
  const note = options.progress ?? (() => undefined);
  const key = stockKey(stock, catalog.without);
  const folder = await ensureKernel(
    key,
    async (part) => {
      const apt = aptOf(options);
      const megabytes = Math.round(stock.payload.reduce((sum, pkg) => sum + pkg.size, 0) / 1e6);
      note(`fetching ${stock.name} ${stock.version} (${megabytes} MB)`);
      const debs = await apt.download(stock.payload, [stock.suite], key);
      note(`unpacking ${stock.name} ${stock.version}`);
      await unpackKernel(stock, debs, catalog.without, part, options.signal);
      apt.forget(key);
    },
    options.signal,
  );
  const meta = JSON.parse(readFileSync(path.join(folder, 'meta.json'), 'utf8')) as CachedKernel;
  return {
    spec,
    label: wanted.version,
    version: meta.version,
    release: meta.release,
    image: path.join(folder, 'vmlinuz'),
    modules: path.join(folder, 'lib/modules', meta.release),
    vmlinux: undefined,
    id: key,
    origin: meta.origin,
  };
}
