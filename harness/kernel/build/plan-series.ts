// SPDX-License-Identifier: GPL-2.0-only
// From a series and the patched tree to the folders of modules that must be built, in the order in which they need each
// other.

import path from 'node:path';
import { UsageError } from '../../host/errors.ts';
import type { Config } from '../dot-config.ts';
import type { ModuleIndex } from '../module-index.ts';
import type { Series } from '../series/patch.ts';
import type { PatchedSource } from '../series/patched-source.ts';
import { planModules, quotedIncludes, type ModulePlan } from '../series/touched-modules.ts';

/** Where sources of modules are. */
const moduleFolders = ['drivers', 'fs', 'mm', 'block', 'kernel', 'lib'];

/** A source with the series applied. */
type Patched = Pick<PatchedSource, 'repo' | 'commit'>;

interface StockModules {
  config: Config;
  /** Paths: `kernel/fs/xfs/xfs.ko`. */
  modules: ReadonlySet<string>;
}

/**
 * Plans the build of what a series touches. Nothing is written.
 * @param config of the stock kernel
 * @param index modules of the stock kernel
 * @throws UsageError when the series touches more than modules of the stock kernel, or nothing of a kernel.
 */
export async function planSeries(
  series: Pick<Series, 'name' | 'patches'>,
  source: Patched,
  config: Config,
  index: ModuleIndex,
  signal?: AbortSignal,
): Promise<ModulePlan> {
  const touched = await withIncludingFiles(touchedFiles(series), source, signal);
  const modules = new Set([...index.modules.values()].map((module) => module.path));
  const plan = await planFrom(source, touched, { config, modules });
  if (plan.refused.length > 0) throw notOnlyModules(series, plan);
  if (plan.folders.length === 0) throw new UsageError(`${series.name} touches nothing that goes into a kernel`);
  return { ...plan, folders: inOrderOfNeed(plan.folders, index) };
}

/** Files that exist after the series, each once. */
function touchedFiles(series: Pick<Series, 'patches'>): string[] {
  const files = new Map(series.patches.flatMap(({ files }) => files.map(({ path: file, change }) => [file, change])));
  return [...files].filter(([, change]) => change !== 'deleted').map(([file]) => file);
}

/**
 * Adds the files of other folders that include a touched header by its path (drivers/dax/pmem.c includes
 * drivers/nvdimm/nd.h): they must be built with it.
 */
async function withIncludingFiles(files: readonly string[], source: Patched, signal?: AbortSignal): Promise<string[]> {
  const { repo, commit } = source;
  const all = [...files];
  for (let at = 0; at < all.length; at++) {
    const header = all[at] ?? '';
    if (!header.endsWith('.h') || header.startsWith('include/')) continue;
    const places = moduleFolders.flatMap((folder) => [`${folder}/*.c`, `${folder}/*.h`]);
    const argv = ['grep', '-lF', '-e', `/${path.posix.basename(header)}"`, commit, '--', ...places];
    const { stdout } = await repo.git(argv, { accept: [0, 1], signal });
    for (const found of stdout.split('\n').filter(Boolean)) {
      const file = found.slice(commit.length + 1);
      if (all.includes(file) || path.posix.dirname(file) === path.posix.dirname(header)) continue;
      if (quotedIncludes((await repo.read(commit, file)) ?? '', file).includes(header)) all.push(file);
    }
  }
  return all;
}

/** planModules asks for one file after the other: what it asks for is read, until it asks for nothing more. */
async function planFrom(
  { repo, commit }: Patched,
  touched: readonly string[],
  stock: StockModules,
): Promise<ModulePlan> {
  const read = new Map<string, string | undefined>();
  for (;;) {
    const asked = new Set<string>();
    const ask = (file: string): string | undefined => {
      if (!read.has(file)) asked.add(file);
      return read.get(file);
    };
    const plan = planModules(touched, { read: ask }, stock.config, stock.modules);
    if (asked.size === 0) return plan;
    await Promise.all([...asked].map(async (file) => read.set(file, await repo.read(commit, file))));
  }
}

function notOnlyModules(series: Pick<Series, 'name'>, { refused }: ModulePlan): UsageError {
  const [first] = refused;
  const more = refused.length > 1 ? ` (and ${refused.length - 1} more)` : '';
  return new UsageError(`${series.name} touches more than modules: ${first?.file ?? ''} ${first?.why ?? ''}${more}`, {
    hint: [
      ...refused.slice(1).map(({ file, why }) => `${file} ${why}`),
      'Of a stock kernel only modules can be replaced. source:VERSION+SERIES builds the whole kernel.',
    ].join('\n'),
  });
}

/** A folder whose modules are needed by those of another one comes before it. */
function inOrderOfNeed(folders: readonly string[], index: ModuleIndex): string[] {
  const ranks = new Map(folders.map((one) => [one, rank(one, folders, index)]));
  return [...folders].sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
}

/** How many of the folders hold a module that the folder's own modules need. */
function rank(folder: string, folders: readonly string[], index: ModuleIndex): number {
  const inside = (file: string, one: string): boolean => path.posix.dirname(file) === `kernel/${one}`;
  const needs = [...index.modules.values()].filter((module) => inside(module.path, folder)).flatMap((one) => one.needs);
  return folders.filter((other) => other !== folder && needs.some((need) => inside(need, other))).length;
}
