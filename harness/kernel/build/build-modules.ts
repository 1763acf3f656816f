// SPDX-License-Identifier: GPL-2.0-only
// Building a few folders of modules of a stock kernel, in the tree of a build tree.

import { copyFileSync, existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InfraError } from '../../host/errors.ts';
import { entriesBelow } from '../../host/walk.ts';
import type { BuildTree } from './build-tree.ts';
import type { BuildOutput } from './build-output.ts';
import { configDrift } from '../config/config-drift.ts';
import { runMake } from './make.ts';
import { parseConfig, type Config } from './makefile.ts';

const noteEveryMs = 10_000;

/**
 * Takes over the stock configuration (from `headers`) and builds kbuild's tools.
 * @throws InfraError when an option that may change the layout of shared structs would be lost.
 */
export async function prepareTree(
  buildTree: BuildTree,
  headers: string,
  release: string,
  signal?: AbortSignal,
): Promise<Config> {
  const { tree } = buildTree;
  const stop = signal === undefined ? {} : { signal };
  const [given, ours] = [path.join(headers, 'config'), path.join(tree, '.config')];
  const taken = path.join(buildTree.folder, 'stock.config');
  const stock = readFileSync(given, 'utf8');
  if (!existsSync(taken) || readFileSync(taken, 'utf8') !== stock) {
    copyFileSync(given, ours);
    // Debian's Makefile includes this file. A module must name the very release, which may be no version (6.1.0-56-amd64).
    writeFileSync(path.join(tree, '.kernelvariables'), `override KERNELRELEASE = ${release}\n`);
    await makeTool('olddefconfig', tree, stop);
    const drift = configDrift(parseConfig(stock), parseConfig(readFileSync(ours, 'utf8')));
    if (drift.length > 0) {
      throw new InfraError(
        'the tools of this machine change the stock configuration: such modules would not fit the kernel',
        { hint: drift.map(({ option, was, is }) => `CONFIG_${option}: ${was} became ${is}`).join('\n') },
      );
    }
    copyFileSync(path.join(headers, 'Module.symvers'), path.join(tree, 'Module.symvers'));
    copyFileSync(given, taken);
  }
  await makeTool('modules_prepare', tree, stop);
  const header = readFileSync(path.join(tree, 'include/generated/utsrelease.h'), 'utf8');
  if (!header.includes(`"${release}"`)) throw new InfraError(`the tree calls itself ${header.trim()}, not ${release}`);
  return parseConfig(readFileSync(ours, 'utf8'));
}

async function makeTool(goal: string, tree: string, stop: { signal?: AbortSignal }): Promise<void> {
  const output = await runMake([goal], { tree, ...stop });
  if (output.failed) throw new InfraError(`make ${goal} failed`, { hint: output.explain() });
}

/** Builds one folder and returns what make said, and its modules as paths below the tree. */
export async function buildFolder(
  folder: string,
  earlier: readonly string[],
  tree: string,
  config: Config,
  options: { progress?: (note: string) => void; signal?: AbortSignal },
): Promise<{ output: BuildOutput; modules: string[] }> {
  const note = options.progress ?? (() => undefined);
  const sources = filesBelow(tree, folder).filter((file) => file.endsWith('.c')).length;
  // Debug information is not kept, and it takes a third of the time; gendwarfksyms alone reads it.
  const flags = config.has('GENDWARFKSYMS') ? [] : ['KCFLAGS=-g0'];
  const symbols = earlier.map((one) => path.join(tree, one, 'Module.symvers')).filter((file) => existsSync(file));
  const extra = symbols.length === 0 ? [] : [`KBUILD_EXTRA_SYMBOLS=${symbols.join(' ')}`];
  let noted = performance.now();
  const output = await runMake([`M=${folder}`, ...flags, ...extra, 'modules'], {
    tree,
    folder,
    onObject: (_object, count) => {
      if (performance.now() - noted < noteEveryMs) return;
      noted = performance.now();
      note(`building ${folder}: ${count} of at most ${sources} objects`);
    },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return { output, modules: output.failed ? [] : filesBelow(tree, folder).filter((file) => file.endsWith('.ko')) };
}

function filesBelow(tree: string, folder: string): string[] {
  return entriesBelow(path.join(tree, folder))
    .map((name) => path.posix.join(folder, name))
    .filter((name) => lstatSync(path.join(tree, name), { throwIfNoEntry: false })?.isFile() === true);
}
