// SPDX-License-Identifier: GPL-2.0-only
// Finds the newest stock kernel of a line.

import { isOffline, type SuiteState } from '../../host/debian/apt.ts';
import { newestVersion } from '../../host/debian/debian-version.ts';
import { InfraError } from '../../host/errors.ts';
import { contentKey } from '../../host/key.ts';
import type { DebianPackage } from '../../host/debian/package-index.ts';
import type { Catalog } from '../catalog.ts';
import { kernelCache } from '../kernel-cache.ts';
import type { ResolveOptions } from '../resolve-options.ts';
import { StockIndex } from './stock-index.ts';
import { recallStock, rememberStock } from './stock-memory.ts';
import { hasSourceOf, incompleteKernels, stockKernels, upstreamVersion, type StockKernel } from './stock.ts';
import { storedFormat } from './unpack.ts';

/** A line (`6.12`), or one release of it (`6.12.107`). */
export interface WantedStock {
  line: string;
  version: string;
}

/** No suite that can be read has the wanted kernel. */
export class NoStockKernel extends InfraError {
  /** Whether a suite has the source of the line, so that `source:` still builds it. */
  readonly hasSource: boolean;

  constructor(message: string, hint: string, hasSource: boolean) {
    super(message, { hint });
    this.hasSource = hasSource;
  }
}

/** The key of a stock kernel in the cache: its packages, and which modules are not kept. */
export function stockKey(stock: StockKernel, without: readonly string[]): string {
  const packages = stock.payload.map(({ name, version, sha256 }) => [name, version, sha256]);
  return contentKey({ storedFormat, packages, without });
}

/**
 * The newest stock kernel of a line, or one release of it. The last answer is used for as long as it is fresh, unless
 * `askAgain`. When an index cannot be refreshed, the last answer counts in addition to what the indexes have; and a kernel
 * that the archive dropped is still used when it is in the cache.
 * @throws NoStockKernel naming the suites and what is wrong with each.
 */
export async function findStock(
  wanted: WantedStock,
  catalog: Catalog,
  options: ResolveOptions,
  { askAgain = false, index = new StockIndex(options, askAgain) }: { askAgain?: boolean; index?: StockIndex } = {},
): Promise<StockKernel> {
  const suites: readonly string[] = catalog.lines[wanted.line] ?? [];
  const last = recallStock(wanted.version);
  const known = last !== undefined && suites.includes(last.answer.suite) ? last : undefined;
  if (known?.fresh === true && !askAgain) return known.answer;
  const inCache = known !== undefined && kernelCache().has(stockKey(known.answer, catalog.without));
  if (inCache && isOffline()) return known.answer;
  const { packages, states } = await index.read(suites);
  const candidates = stockKernels(packages, wanted.version);
  // A suite that is gone stays gone; one that could not be refreshed may have something newer than the others.
  const complete = states.every(({ fault, gone }) => fault === undefined || gone);
  const best = await newestVersion(complete || known === undefined ? candidates : [known.answer, ...candidates]);
  if (best === undefined) {
    if (inCache) return known.answer;
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
  const hint = [
    `Looked in: ${suites.join(', ')}.`,
    ...states.filter(({ fault }) => fault !== undefined).map(({ suite, fault }) => `${suite}: ${fault ?? ''}`),
    ...incompleteKernels(packages, wanted.version).slice(-1),
    ...(others.length === 0 ? [] : [`Available: ${[...new Set(others)].join(' ')}.`]),
  ];
  const hasSource = hasSourceOf(packages, wanted.line);
  return new NoStockKernel(`there is no stock kernel ${wanted.version}`, hint.join('\n'), hasSource);
}
