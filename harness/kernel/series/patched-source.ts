// SPDX-License-Identifier: GPL-2.0-only
// A source with a series on it: what is compiled, and what a compiler error is explained by.

import { applySeries, type AppliedPatch } from './apply-series.ts';
import { patchCount, type Series } from './patch.ts';
import type { Base, SourceRepo } from '../source/source-repo.ts';

export interface PatchedSource {
  repo: SourceRepo;
  base: Base;
  series: Series | undefined;
  applied: readonly AppliedPatch[];
  /** The base with the whole series on it. */
  commit: string;
}

/**
 * Puts a series on a base; without one the source is the base.
 * @throws UsageError naming the patch and the hunk that does not apply.
 */
export async function patchSource(
  repo: SourceRepo,
  base: Base,
  series: Series | undefined,
  signal?: AbortSignal,
): Promise<PatchedSource> {
  const applied = series === undefined ? [] : await applySeries(repo, base.commit, series, signal);
  return { repo, base, series, applied, commit: applied.at(-1)?.commit ?? base.commit };
}

/** For a person: `linux-source-6.12 6.12.117 (6.12.117-1) with 2 patches of some-series`. */
export function describeSource({ base, series }: Pick<PatchedSource, 'base' | 'series'>): string {
  return series === undefined ? base.origin : `${base.origin} with ${patchCount(series)} of ${series.name}`;
}
