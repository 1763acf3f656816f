// SPDX-License-Identifier: GPL-2.0-only
// From a line to the newest stock kernel of it.

import type { SuiteState } from '../../host/debian/apt.ts';
import { isOffline } from '../../host/debian/apt-settings.ts';
import { newestVersion } from '../../host/debian/debian-version.ts';
import { InfraError } from '../../host/errors.ts';
import { contentKey } from '../../host/key.ts';
import type { DebianPackage } from '../../host/debian/package-index.ts';
import type { Catalog } from '../catalog.ts';
import { kernelCache } from '../kernel-cache.ts';
import type { ResolveOptions } from '../resolve-options.ts';
import { StockIndex } from './stock-index.ts';
import { recallStock, rememberStock } from './stock-memory.ts';
import { incompleteKernels, stockKernels, upstreamVersion, type StockKernel } from './stock.ts';
import { storedFormat } from './unpack.ts';

/** What was asked for: a line, or one release of it. */
export interface WantedStock {
  line: string;
  version: string;
}

/** Nothing that was asked for is in any suite that can be read. */
export class NoStockKernel extends InfraError {}

/** The key of a stock kernel in the cache: its packages, and which modules are not kept. */
export function stockKey(stock: StockKernel, without: readonly string[]): string {
  const packages = stock.payload.map(({ name, version, sha256 }) => [name, version, sha256]);
  return contentKey({ storedFormat, packages, without });
}

/**
 * The newest stock kernel for what was asked. What was found is good for as long as an index counts as fresh (`anew`:
 * not even then); when an index cannot be refreshed, what was found last counts as well; and what the archive dropped
 * is still good when it is in the cache.
 * @throws NoStockKernel saying where it was looked for, and what is in the way.
 */
export async function findStock(
  wanted: WantedStock,
  catalog: Catalog,
  options: ResolveOptions,
  { anew = false, index = new StockIndex(options, anew) }: { anew?: boolean; index?: StockIndex } = {},
): Promise<StockKernel> {
  const suites: readonly string[] = catalog.lines[wanted.line] ?? [];
  const last = recallStock(wanted.version);
  const known = last !== undefined && suites.includes(last.stock.suite) ? last : undefined;
  if (known?.fresh === true && !anew) return known.stock;
  const stored = known !== undefined && kernelCache().find(stockKey(known.stock, catalog.without)) !== undefined;
  if (stored && isOffline()) return known.stock;
  const { packages, states } = await index.read(suites);
  const candidates = stockKernels(packages, wanted.version);
  // A suite that is gone stays gone; one that could not be refreshed may hold something newer than the others.
  const complete = states.every(({ fault, gone }) => fault === undefined || gone);
  const best = await newestVersion(complete || known === undefined ? candidates : [known.stock, ...candidates]);
  if (best === undefined) {
    if (stored) return known.stock;
    throw noStockKernel(wanted, suites, packages, states);
  }
  if (complete) rememberStock(wanted.version, best);
  return best;
}

function noStockKernel(
  wanted: WantedStock,
  suites: readonly string[],
  packages: readonly DebianPackage[],
  states: readonly SuiteState[],
): NoStockKernel {
  const others = stockKernels(packages, wanted.line).map((stock) => upstreamVersion(stock.version));
  return new NoStockKernel(`no stock kernel ${wanted.version} can be had`, {
    hint: [
      `Looked in: ${suites.join(', ')}.`,
      ...states.filter(({ fault }) => fault !== undefined).map(({ suite, fault }) => `${suite}: ${fault ?? ''}`),
      ...incompleteKernels(packages, wanted.version).slice(-1),
      ...(others.length === 0 ? [] : [`There are: ${[...new Set(others)].join(' ')}.`]),
    ].join('\n'),
  });
}
