// SPDX-License-Identifier: GPL-2.0-only
// Builds a few folders of modules for a stock kernel, in the tree of a build tree.

import { copyFileSync, existsSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeWholeFile } from '../../host/atomic-file.ts';
import { InfraError } from '../../host/errors.ts';
import { entriesBelow } from '../../host/walk.ts';
import { configDrift } from '../config/config-drift.ts';
import { parseConfig, type Config } from '../dot-config.ts';
import type { ResolveOptions } from '../resolve-options.ts';
import type { PatchedSource } from '../series/patched-source.ts';
import type { BuildTree } from './build-tree.ts';
import { compile } from './compile.ts';
import { makeGoal } from './make.ts';

/** Names the commit for which the tree was prepared last. */
const preparedName = 'prepared-commit';

/**
 * Configures the tree as the stock kernel is, and builds kbuild's tools and the generated headers. Skipped when since the last time only
 * files in the folders of modules have changed.
 * @param headers folder with `config` and `Module.symvers` of the stock kernel
 * @throws InfraError when the tools of this machine would change an option that modules and image must agree on.
 */
export async function prepareTree(
  buildTree: BuildTree,
  headers: string,
  release: string,
  source: PatchedSource,
  folders: readonly string[],
  signal?: AbortSignal,
): Promise<Config> {
  const { tree } = buildTree;
  const [given, ours] = [path.join(headers, 'config'), path.join(tree, '.config')];
  const taken = path.join(buildTree.folder, 'stock.config');
  const stock = readFileSync(given, 'utf8');
  if (!existsSync(taken) || readFileSync(taken, 'utf8') !== stock) {
    copyFileSync(given, ours);
    // Debian's Makefile includes this file. A module must name the exact release, which may not be a version
    // (6.1.0-56-amd64).
    writeFileSync(path.join(tree, '.kernelvariables'), `override KERNELRELEASE = ${release}\n`);
    rmSync(path.join(buildTree.folder, preparedName), { force: true });
    await makeGoal(['olddefconfig'], { tree, signal });
    const drift = configDrift(parseConfig(stock), parseConfig(readFileSync(ours, 'utf8')));
    if (drift.length > 0) {
      throw new InfraError(
        'the tools of this machine change the stock configuration: modules built with it would not fit the kernel',
        { hint: drift.map(({ option, was, is }) => `CONFIG_${option}: ${was} became ${is}`).join('\n') },
      );
    }
    copyFileSync(path.join(headers, 'Module.symvers'), path.join(tree, 'Module.symvers'));
    copyFileSync(given, taken);
  }
  const prepared = path.join(buildTree.folder, preparedName);
  if (!(await differOnlyBelow(folders, prepared, source, signal))) {
    rmSync(prepared, { force: true });
    await makeGoal(['modules_prepare'], { tree, signal });
  }
  const header = readFileSync(path.join(tree, 'include/generated/utsrelease.h'), 'utf8');
  if (!header.includes(`"${release}"`)) throw new InfraError(`the tree calls itself ${header.trim()}, not ${release}`);
  if (!existsSync(prepared)) writeWholeFile(prepared, source.commit);
  return parseConfig(readFileSync(ours, 'utf8'));
}

/** Whether a source differs from the commit that a file names only in files below some folders. */
async function differOnlyBelow(
  folders: readonly string[],
  file: string,
  { repo, commit }: PatchedSource,
  signal?: AbortSignal,
): Promise<boolean> {
  if (!existsSync(file)) return false;
  const before = readFileSync(file, 'utf8').trim();
  if (!/^[0-9a-f]{40}$/.test(before)) return false;
  const argv = ['diff-tree', '-r', '--name-only', '-z', before, commit];
  // Fails when the commit is no longer there.
  const { exitCode, stdout } = await repo.git(argv, { signal, accept: [0, 128] });
  const names = stdout.split('\0').filter((name) => name !== '');
  return exitCode === 0 && names.every((name) => folders.some((folder) => name.startsWith(`${folder}/`)));
}

/**
 * Builds folders of modules one after the other; a later one finds the symbols of the earlier ones.
 * @returns the modules as paths below the tree
 * @throws UsageError when the code does not compile, InfraError when make fails for another reason.
 */
export async function buildFolders(
  buildTree: BuildTree,
  folders: readonly string[],
  config: Config,
  source: PatchedSource,
  { progress, signal }: Pick<ResolveOptions, 'progress' | 'signal'>,
): Promise<string[]> {
  const { tree } = buildTree;
  // Debug information is not kept, and it takes a third of the time; gendwarfksyms alone reads it.
  const flags = config.has('GENDWARFKSYMS') ? [] : ['KCFLAGS=-g0'];
  const modules: string[] = [];
  for (const [index, folder] of folders.entries()) {
    const symbols = folders
      .slice(0, index)
      .map((one) => path.join(tree, one, 'Module.symvers'))
      .filter((file) => existsSync(file));
    const extra = symbols.length === 0 ? [] : [`KBUILD_EXTRA_SYMBOLS=${symbols.join(' ')}`];
    const sources = filesBelow(tree, folder).filter((file) => file.endsWith('.c')).length;
    await compile(buildTree, [`M=${folder}`, ...flags, ...extra, 'modules'], source, {
      folder,
      describe: (_object, count) => `building ${folder}: ${count} of at most ${sources} objects`,
      progress,
      signal,
    });
    modules.push(...filesBelow(tree, folder).filter((file) => file.endsWith('.ko')));
  }
  return modules;
}

function filesBelow(tree: string, folder: string): string[] {
  return entriesBelow(path.join(tree, folder))
    .map((name) => path.posix.join(folder, name))
    .filter((name) => lstatSync(path.join(tree, name), { throwIfNoEntry: false })?.isFile() === true);
}
