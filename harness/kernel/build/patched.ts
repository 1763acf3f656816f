// SPDX-License-Identifier: GPL-2.0-only
// `debian:VERSION+SERIES`, the short way: only the modules that a series touches are built, and replace those of the stock
// kernel. The same kernel is never built twice.

import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../host/errors.ts';
import { contentKey } from '../../host/key.ts';
import type { Catalog } from '../catalog.ts';
import { parseConfig } from '../dot-config.ts';
import { keptKernelSchema, readKeptKernel, writeKeptKernel } from '../kept-kernel.ts';
import { ensureKernel } from '../kernel-cache.ts';
import type { Kernel } from '../kernel.ts';
import { readModuleIndex } from '../module-index.ts';
import type { ResolveOptions } from '../resolve-options.ts';
import { adds } from '../series/diff.ts';
import { patchSource, type PatchedSource } from '../series/patched-source.ts';
import { patchCount, patchTitles, type Series } from '../series/patch.ts';
import { readSeriesOf } from '../series/series.ts';
import { fetchHeaders, fetchSourceOf } from '../source/debian-source.ts';
import { SourceRepo } from '../source/source-repo.ts';
import type { SeriesSpec } from '../spec.ts';
import { resolveDebian } from '../stock/debian.ts';
import type { WantedStock } from '../stock/find-stock.ts';
import { keptStockSchema } from '../stock/unpack.ts';
import { buildFolders, prepareTree } from './build-modules.ts';
import { anyStockConfig, requireBuildNeeds } from './build-needs.ts';
import { inBuildTree, type BuildTree } from './build-tree.ts';
import { compilerVersion } from './compiler.ts';
import { keepLines } from '../lines/keep-lines.ts';
import { readSeriesLines } from '../lines/series-lines.ts';
import { planSeries } from './plan-series.ts';
import { replaceModules } from './replace-modules.ts';
import { warningsFile } from './warnings.ts';

/** Part of every key: to be raised when what is made changes. */
const patchedFormat = 5;

/** meta.json of a stock kernel with replaced modules. */
const keptPatchedSchema = keptKernelSchema.extend({
  /** Names of the patches. */
  patches: z.array(z.string()),
  /** Paths of the replaced modules below the modules folder. */
  replaced: z.array(z.string()),
});

/**
 * A stock kernel with newly built modules in place of those that a series touches.
 * @throws UsageError when the series cannot be read, applied or compiled, or touches more than modules; InfraError when
 * something cannot be fetched, or a program that the build needs is missing.
 */
export async function resolvePatched(
  spec: string,
  wanted: WantedStock,
  asked: SeriesSpec,
  catalog: Catalog,
  options: ResolveOptions,
): Promise<Kernel> {
  const series = await readSeriesOf(asked, options.signal);
  const beforeFetch = (): void => requireBuildNeeds(anyStockConfig, 'modules');
  const stock = await resolveDebian(spec, wanted, catalog, { ...options, beforeFetch });
  const compiler = await compilerVersion();
  const diffs = series.patches.map(({ diff }) => diff);
  const id = contentKey({ patchedFormat, stock: stock.id, diffs, compiler });
  const folder = await ensureKernel(
    id,
    (part) => makePatched({ stock, series, line: wanted.line, catalog, options, folder: part }),
    options.signal,
  );
  return {
    ...stock,
    stock,
    label: `${wanted.version}+${series.name}`,
    image: path.join(folder, 'vmlinuz'),
    modules: path.join(folder, 'lib/modules', stock.release),
    id,
    lines: readSeriesLines(folder),
    sourceHas: (file, text) => Promise.resolve(series.patches.some(({ diff }) => adds(diff, file, text))),
    patches: patchTitles(series),
    origin: readKeptKernel(folder, keptPatchedSchema).origin,
  };
}

interface Making {
  stock: Kernel;
  series: Series;
  line: string;
  catalog: Catalog;
  options: ResolveOptions;
  /** Empty; becomes the kernel's folder in the cache. */
  folder: string;
}

async function makePatched(making: Making): Promise<void> {
  const { stock, series, line, catalog, options } = making;
  const stockFolder = path.dirname(stock.image);
  const kept = readKeptKernel(stockFolder, keptStockSchema);
  const stockConfig = parseConfig(readFileSync(path.join(stockFolder, 'config'), 'utf8'));
  requireBuildNeeds(stockConfig, 'modules');
  const suites: readonly string[] = catalog.lines[line] ?? [];
  const repo = await SourceRepo.open(undefined, options.signal);
  const base = await fetchSourceOf(repo, kept, line, suites, options);
  options.progress?.(`applying ${series.name} (${patchCount(series)}) to ${base.origin}`);
  const source = await patchSource(repo, base, series, options.signal);
  const headers = await fetchHeaders(kept, suites, options);
  const name = `modules-${stock.release}`;
  await inBuildTree(repo, name, (buildTree) => buildIn(buildTree, making, source, headers), options);
}

async function buildIn(buildTree: BuildTree, making: Making, source: PatchedSource, headers: string): Promise<void> {
  const { stock, series, options, folder } = making;
  const { progress, signal } = options;
  const { tree } = buildTree;
  const stockConfig = parseConfig(readFileSync(path.join(headers, 'config'), 'utf8'));
  const plan = await planSeries(series, source, stockConfig, readModuleIndex(stock), signal);
  await buildTree.moveTo(source.commit, signal);
  progress?.(`${series.name} touches only modules: building ${plan.folders.join(', ')} for the stock ${stock.release}`);

  progress?.('preparing the tree (3 to 40 seconds)');
  const config = await prepareTree(buildTree, headers, stock.release, source, plan.folders, signal);
  const files = await buildFolders(buildTree, plan.folders, config, source, options);
  const missed = plan.sources.find((file) => !existsSync(path.join(tree, file.replace(/\.[cS]$/, '.o'))));
  if (missed !== undefined)
    throw new UsageError(`${missed} was not built: it is in none of the modules of ${stock.release}`);

  const replaced = await replaceModules(stock, files, tree, folder, signal);
  copyFileSync(warningsFile(buildTree.folder), warningsFile(folder));
  progress?.('finding the code of the changed lines');
  const modules = files.map((file) => path.join(tree, file));
  const built = { tree, objects: tree, folders: plan.folders, modules, vmlinux: undefined };
  await keepLines(source, built, folder, signal);
  const names = replaced.map((file) => path.basename(file));
  progress?.(`rebuilt ${names.join(' ')}`);
  const kept: z.infer<typeof keptPatchedSchema> = {
    release: stock.release,
    version: stock.version,
    origin: `${stock.origin}; ${names.join(', ')} from ${source.base.origin} with ${patchCount(series)}`,
    patches: series.patches.map(({ name }) => name),
    replaced,
  };
  writeKeptKernel(folder, kept);
}
