// SPDX-License-Identifier: GPL-2.0-only
// The source of a kernel, as a commit of the repository of sources: what it was built from, or what Debian built it from.

import { UsageError } from '../host/errors.ts';
import { catalogLines, loadCatalog } from './catalog.ts';
import type { ResolveOptions } from './resolve-options.ts';
import { patchSource, type PatchedSource } from './series/patched-source.ts';
import { readSeriesOf } from './series/series.ts';
import { resolveBase } from './source/base.ts';
import { fetchSourceOf } from './source/debian-source.ts';
import { SourceRepo } from './source/source-repo.ts';
import { parseKernelSpec } from './spec.ts';
import { findStock } from './stock/find-stock.ts';

/**
 * The source of a kernel with its series; fetched when it is not here.
 * @throws UsageError for a kernel that is built already, a series that cannot be read or does not apply; InfraError when it cannot be
 * fetched
 */
export async function sourceOfKernel(text: string, options: ResolveOptions = {}): Promise<PatchedSource> {
  const catalog = loadCatalog();
  const spec = parseKernelSpec(text, catalogLines(catalog));
  if (spec.kind === 'image') throw new UsageError(`${text} is built already: its source is not known`);
  const repo = await SourceRepo.open(undefined, options.signal);
  const series = spec.series === undefined ? undefined : await readSeriesOf(spec.series, options.signal);
  if (spec.kind === 'built') {
    return patchSource(repo, await resolveBase(repo, spec.base, catalog, options), series, options.signal);
  }
  const { payload: packages, name: release } = await findStock(spec, catalog, options);
  const suites: readonly string[] = catalog.lines[spec.line] ?? [];
  const base = await fetchSourceOf(repo, { packages, release }, spec.line, suites, options);
  return patchSource(repo, base, series, options.signal);
}
