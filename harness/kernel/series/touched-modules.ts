// SPDX-License-Identifier: GPL-2.0-only
// Decides whether all that a series touches ends in modules of a stock kernel, and which folders must be built. Pure, except
// for reading files through the given tree.

import path from 'node:path';
import { builtinObjects, objectEnd } from '../build/makefile.ts';
import type { Config } from '../dot-config.ts';

/** The patched tree. */
export interface SourceTree {
  /** Text of a file; undefined when there is none. */
  read: (file: string) => string | undefined;
}

export interface ModulePlan {
  /** Folders to build with `make M=`. */
  folders: string[];
  /** Touched C files: each must have become an object. */
  sources: string[];
  /** Files that end in no module, and why: the end of a sentence that begins with the file. */
  refused: { file: string; why: string }[];
}

/** Whether a file goes into no kernel: documentation, selftests, lists of maintainers. */
export function isOutsideKernel(file: string): boolean {
  return /^(Documentation|LICENSES|samples|tools)\/|^[A-Z]+$|(^|\/)(\.git\w+|\.mailmap|README[\w.]*)$|\.(rst|txt|md)$/.test(
    file,
  );
}

/**
 * The folders to build, and the files for which building modules is not enough.
 * @param touched files of the series and files elsewhere that include a touched header, without deleted ones
 * @param config of the stock kernel
 * @param modules paths of the stock kernel's modules: `kernel/fs/xfs/xfs.ko`
 */
export function planModules(
  touched: readonly string[],
  tree: SourceTree,
  config: Config,
  modules: ReadonlySet<string>,
): ModulePlan {
  const plan: ModulePlan = { folders: [], sources: [], refused: [] };
  const folders = new Set<string>();
  for (const file of touched) {
    if (isOutsideKernel(file)) continue;
    const why = refusal(file, tree, config, modules);
    if (why !== undefined) plan.refused.push({ file, why });
    else {
      folders.add(makefileFolder(file, tree) ?? '');
      if (file.endsWith('.c')) plan.sources.push(file);
    }
  }
  plan.folders = [...folders].sort();
  return plan;
}

function refusal(file: string, tree: SourceTree, config: Config, modules: ReadonlySet<string>): string | undefined {
  const base = path.posix.basename(file);
  if (/^(include|arch\/\w+\/include)\//.test(file)) return 'is a header that the image includes';
  if (base.startsWith('Kconfig')) return 'changes Kconfig, and the stock configuration cannot change';
  if (!/\.[chS]$/.test(base) && !['Makefile', 'Kbuild'].includes(base)) return 'is not a source of a module';
  const folder = makefileFolder(file, tree);
  if (folder === undefined) return 'is in a folder that builds no module';
  const makefile = makefileOf(folder, tree) ?? '';
  if (/\.[cS]$/.test(base)) {
    const end = objectEnd(makefile, config, path.posix.relative(folder, file).replace(/\.[cS]$/, '.o'));
    if (end.kind === 'builtin') return 'is built into the image';
    if (end.kind === 'off') return 'is not part of the stock kernel: its option is off';
    if (end.kind === 'module') {
      const module = `kernel/${folder}/${end.name}.ko`;
      return modules.has(module) ? undefined : `is part of ${module}, which the cache does not keep`;
    }
  }
  if (!hasModule(folder, modules)) return 'is in a folder without a module of the stock kernel';
  if (base.endsWith('.h')) {
    const reader = builtinObjects(makefile, config)
      .map((object) => path.posix.join(folder, object.replace(/\.o$/, '.c')))
      .find((source) => includes(source, file, tree));
    return reader === undefined ? undefined : `is included by ${reader}, which is built into the image`;
  }
  return base.endsWith('.c') || base.endsWith('.S') ? 'is in no rule of its Makefile' : undefined;
}

function hasModule(folder: string, modules: ReadonlySet<string>): boolean {
  return [...modules].some((module) => path.posix.dirname(module) === `kernel/${folder}`);
}

/** The nearest folder above a file that has a Makefile; the tree's own does not count. */
function makefileFolder(file: string, tree: SourceTree): string | undefined {
  const folder = path.posix.dirname(file);
  if (folder === '.') return undefined;
  return makefileOf(folder, tree) === undefined ? makefileFolder(folder, tree) : folder;
}

function makefileOf(folder: string, tree: SourceTree): string | undefined {
  return tree.read(`${folder}/Kbuild`) ?? tree.read(`${folder}/Makefile`);
}

/** Whether a source includes a header by `#include "..."`, directly or through other headers. */
function includes(source: string, header: string, tree: SourceTree, seen = new Set<string>()): boolean {
  if (seen.has(source)) return false;
  seen.add(source);
  return quotedIncludes(tree.read(source) ?? '', source).some(
    (file) => file === header || includes(file, header, tree, seen),
  );
}

/** The paths in the tree that the `#include "..."` lines of a file name. */
export function quotedIncludes(text: string, file: string): string[] {
  return [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]*"([^"]+)"/gm)].map(([, name = '']) =>
    path.posix.join(path.posix.dirname(file), name),
  );
}
