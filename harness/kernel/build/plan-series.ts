// SPDX-License-Identifier: GPL-2.0-only
// From a series and the patched tree to the folders of modules that must be built, in the order in which they need each
// other.

import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../host/errors.ts';
import { runProgram } from '../../host/program.ts';
import type { Config } from '../dot-config.ts';
import type { ModuleIndex } from '../module-index.ts';
import type { Series } from '../series/series.ts';
import { planModules, quotedIncludes, type ModulePlan } from '../series/touched-modules.ts';

/** Where sources of modules are. */
const moduleFolders = ['drivers', 'fs', 'mm', 'block', 'kernel', 'lib'];

/**
 * Plans the build of what a series touches.
 * @param tree folder of the source with the series applied
 * @param config of the stock kernel
 * @param index modules of the stock kernel
 * @throws UsageError when the series touches more than modules of the stock kernel, or nothing of a kernel.
 */
export async function planSeries(
  series: Series,
  tree: string,
  config: Config,
  index: ModuleIndex,
  signal?: AbortSignal,
): Promise<ModulePlan> {
  const touched = await withIncludingFiles(touchedFiles(series), tree, signal);
  const modules = new Set([...index.modules.values()].map((module) => module.path));
  const plan = planModules(touched, { read: (file) => readIn(tree, file) }, config, modules);
  if (plan.refused.length > 0) throw notOnlyModules(series, plan);
  if (plan.folders.length === 0) throw new UsageError(`${series.name} touches nothing that goes into a kernel`);
  return { ...plan, folders: inOrderOfNeed(plan.folders, index) };
}

/** Files that exist after the series, each once. */
function touchedFiles(series: Series): string[] {
  const files = new Map(series.patches.flatMap(({ files }) => files.map(({ path: file, change }) => [file, change])));
  return [...files].filter(([, change]) => change !== 'deleted').map(([file]) => file);
}

/**
 * Adds the files of other folders that include a touched header by its path (drivers/dax/pmem.c includes
 * drivers/nvdimm/nd.h): they must be built with it.
 */
async function withIncludingFiles(files: readonly string[], tree: string, signal?: AbortSignal): Promise<string[]> {
  const all = [...files];
  const folders = moduleFolders.filter((folder) => statSync(path.join(tree, folder), { throwIfNoEntry: false }));
  for (let at = 0; at < all.length; at++) {
    const header = all[at] ?? '';
    if (!header.endsWith('.h') || header.startsWith('include/')) continue;
    const pattern = `/${path.posix.basename(header)}"`;
    const argv = ['grep', '-rlF', '--include=*.c', '--include=*.h', pattern, ...folders];
    const { stdout } = await runProgram(argv, { cwd: tree, accept: [0, 1], signal });
    for (const file of stdout.split('\n').filter(Boolean)) {
      if (all.includes(file) || path.posix.dirname(file) === path.posix.dirname(header)) continue;
      if (quotedIncludes(readIn(tree, file) ?? '', file).includes(header)) all.push(file);
    }
  }
  return all;
}

function notOnlyModules(series: Series, { refused }: ModulePlan): UsageError {
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

/** Reads a file of a tree; undefined when there is no such file. */
function readIn(tree: string, file: string): string | undefined {
  const place = path.join(tree, file);
  return statSync(place, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(place, 'utf8') : undefined;
}
