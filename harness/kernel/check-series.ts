// SPDX-License-Identifier: GPL-2.0-only
// Reads and applies the series of a kernel before anything is fetched, built or booted. Where the source is not here yet, the
// series is only read.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { InfraError, UsageError } from '../host/errors.ts';
import { runProgram } from '../host/program.ts';
import { planSeries } from './build/plan-series.ts';
import { catalogLines, loadCatalog, type Catalog } from './catalog.ts';
import { parseConfig } from './dot-config.ts';
import { readModuleIndex } from './module-index.ts';
import type { ResolveOptions } from './resolve-options.ts';
import { applySeries } from './series/apply-series.ts';
import type { Series } from './series/patch.ts';
import { prerequisiteLines } from './series/prerequisites.ts';
import { readEachOf } from './series/series.ts';
import { resolveBase } from './source/base.ts';
import { fetchSourceOf, otherSources } from './source/debian-source.ts';
import { SourceRepo, type Base } from './source/source-repo.ts';
import { parseKernelSpec, type KernelSpec } from './spec.ts';
import { resolveDebian } from './stock/debian.ts';
import { findStock, type WantedStock } from './stock/find-stock.ts';

/** What can be said of a series before anything is built. */
export interface CheckedSeries {
  /** What its mails say it needs and the base is not known to have; a line each. */
  notes: string[];
  /** There is no such base, or it does not apply to it; undefined: it applies, or the source is not here. */
  fault: UsageError | undefined;
}

/** Thrown instead of fetching anything. */
class NotHere extends Error {}

const notHere = (): never => {
  throw new NotHere();
};

/**
 * Checks the series of a kernel spec.
 * @throws UsageError for a series that cannot be read, InfraError when a mail archive cannot be reached.
 */
export async function checkSeries(
  text: string,
  options: ResolveOptions = {},
  catalog: Catalog = loadCatalog(),
): Promise<CheckedSeries> {
  const spec = parseKernelSpec(text, catalogLines(catalog));
  if (spec.kind === 'image' || spec.series === undefined) return { notes: [], fault: undefined };
  const all = await readEachOf(spec.series, options.signal);
  const repo = await SourceRepo.open(undefined, options.signal);
  const base = await baseThatIsHere(repo, spec, catalog, options);
  if (base instanceof UsageError) return { notes: [], fault: base };
  const needs = await needsOf(repo, base, all);
  if (base === undefined) return { notes: needs, fault: undefined };
  let on = base.commit;
  for (const series of all) {
    try {
      on = (await applySeries(repo, on, series, options.signal)).at(-1)?.commit ?? on;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return { notes: [], fault: notApplying(error, base, needs) };
    }
  }
  const fault =
    spec.kind === 'debian' ? await whyNotModules(spec, { repo, commit: on }, all, catalog, options) : undefined;
  return { notes: needs, fault };
}

/** Of a stock kernel only modules can be built: what the series touches beyond them. */
async function whyNotModules(
  spec: WantedStock,
  source: Parameters<typeof planSeries>[1],
  all: readonly Series[],
  catalog: Catalog,
  options: ResolveOptions,
): Promise<UsageError | undefined> {
  try {
    const stock = await resolveDebian(spec.version, spec, catalog, { ...options, beforeFetch: notHere });
    const config = parseConfig(readFileSync(path.join(path.dirname(stock.image), 'config'), 'utf8'));
    const whole = { name: all.map(({ name }) => name).join('+'), patches: all.flatMap(({ patches }) => patches) };
    await planSeries(whole, source, config, readModuleIndex(stock), options.signal);
    return undefined;
  } catch (error) {
    return faultOf(error);
  }
}

/** A mistake in what was given; undefined for what is not here. @throws anything else */
function faultOf(error: unknown): UsageError | undefined {
  if (error instanceof UsageError) return error;
  // What cannot be fetched is reported when it must be.
  if (error instanceof NotHere || error instanceof InfraError) return undefined;
  throw error;
}

function notApplying(error: UsageError, { origin }: Base, needs: readonly string[]): UsageError {
  const hint = [error.hint ?? '', `The base is ${origin}.`, ...needs].filter((line) => line !== '').join('\n');
  return new UsageError(error.message, { at: error.at, hint, cause: error });
}

/** The commit of a base whose source is in the repository of sources, or a user's; undefined when it had to be fetched. */
async function baseThatIsHere(
  repo: SourceRepo,
  spec: Exclude<KernelSpec, { kind: 'image' }>,
  catalog: Catalog,
  options: ResolveOptions,
): Promise<Base | UsageError | undefined> {
  const here = { ...options, beforeFetch: notHere, progress: undefined };
  try {
    if (spec.kind === 'built') return await resolveBase(repo, spec.base, catalog, here);
    const stock = await findStock(spec, catalog, options);
    if (!stock.hasSource) {
      return new UsageError(`Debian has no source of ${spec.version}: a series cannot be put on it`, {
        hint: otherSources(spec.line),
      });
    }
    const { payload: packages, name: release } = stock;
    return await fetchSourceOf(repo, { packages, release }, spec.line, catalog.lines[spec.line] ?? [], here);
  } catch (error) {
    return faultOf(error);
  }
}

/** What each series needs beyond the base and the series below it. */
async function needsOf(repo: SourceRepo, base: Base | undefined, all: readonly Series[]): Promise<string[]> {
  const given = new Set<string>();
  const lines: string[] = [];
  for (const { name, patches, needs } of all) {
    const { baseCommit } = needs;
    const has = baseCommit !== undefined && base !== undefined && (await isIn(repo, baseCommit, base.commit));
    const open = prerequisiteLines({ ...needs, baseCommit: has ? undefined : baseCommit }, given);
    lines.push(...open.map((line) => `${name}: ${line}`));
    for (const { diff } of patches) given.add(await patchId(diff));
  }
  return lines;
}

/** Whether a commit is known, and an ancestor of the base or the base itself. */
async function isIn(repo: SourceRepo, commit: string, base: string): Promise<boolean> {
  const argv = ['merge-base', '--is-ancestor', commit, base];
  return (await repo.git(argv, { accept: [0, 1, 128] })).exitCode === 0;
}

async function patchId(diff: string): Promise<string> {
  const { stdout } = await runProgram(['git', 'patch-id', '--stable'], { input: diff });
  return stdout.split(' ')[0] ?? '';
}
