// SPDX-License-Identifier: GPL-2.0-only
// Builds a whole kernel in a build tree and keeps what a guest needs of it: image, modules, configuration, warnings.

import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { contentKey } from '../../host/key.ts';
import type { ConfigChoice } from '../config/choose-config.ts';
import { configure, isConfigInput } from '../config/configure.ts';
import { parseConfig } from '../dot-config.ts';
import { keptKernelSchema, writeKeptKernel } from '../kept-kernel.ts';
import { dropBinaryIndexes } from '../module-files.ts';
import type { ResolveOptions } from '../resolve-options.ts';
import type { PatchedSource } from '../series/patched-source.ts';
import { entriesBelow } from '../../host/walk.ts';
import { keepLines } from '../lines/keep-lines.ts';
import { lineOf } from '../stock/stock.ts';
import { inBuildTree, type BuildTree } from './build-tree.ts';
import { compile } from './compile.ts';
import { makeGoal } from './make.ts';
import { compilerVersion } from './compiler.ts';
import { warningsFile } from './warnings.ts';

/** Objects and archives of a first build with the usual config fragments (6.12: 2304), so that progress means something. */
const usualObjects = 2300;

/** meta.json of a built kernel. */
export const keptBuiltSchema = keptKernelSchema.extend({
  /** The config fragments or the file that it was configured with. */
  config: z.string(),
  /** Objects that were compiled for it. */
  objects: z.number(),
  /** How long the build took, configuration included. */
  seconds: z.number(),
});

export interface KernelBuild {
  source: PatchedSource;
  /** Upstream version. */
  version: string;
  choice: ConfigChoice;
  /** For a person. */
  origin: string;
  /** Empty; becomes the kernel's folder in the cache. */
  folder: string;
  options: Pick<ResolveOptions, 'progress' | 'signal'>;
}

/** The build tree of all kernels of a line with a configuration. */
export function buildTreeName(version: string, { key }: Pick<ConfigChoice, 'key'>): string {
  return `${lineOf(version)}-${key.slice(0, 8)}`;
}

/**
 * Builds a kernel into a folder.
 * @throws UsageError when an option was dropped or the code does not compile; InfraError when make fails for another reason.
 */
export async function buildKernel(build: KernelBuild): Promise<void> {
  const name = buildTreeName(build.version, build.choice);
  await inBuildTree(build.source.repo, name, (buildTree) => buildIn(buildTree, build), build.options);
}

async function buildIn(buildTree: BuildTree, build: KernelBuild): Promise<void> {
  const { source, version, choice, origin, folder, options } = build;
  const { progress, signal } = options;
  const started = performance.now();
  const isFirst = !existsSync(path.join(buildTree.out, 'vmlinux'));
  if (isFirst) progress?.(`checking out ${source.base.origin}`);
  await buildTree.moveTo(source.commit, signal);
  progress?.(`configuring ${choice.words}`);
  const inputs = contentKey({
    compiler: await compilerVersion(),
    files: (await source.repo.files(source.commit)).filter(({ path: file }) => isConfigInput(file)),
  });
  await configure(buildTree, choice, version, { inputs, progress, signal });

  const makeStarted = performance.now();
  const { objects } = await compile(buildTree, [`O=${buildTree.out}`, 'bzImage', 'modules'], source, {
    describe: (object, count) => {
      const of = isFirst ? ` of about ${Math.max(usualObjects, count)}` : '';
      return `building: ${count}${of} objects, now in ${path.posix.dirname(object)}`;
    },
    progress,
    signal,
  });
  const makeSeconds = Math.round((performance.now() - makeStarted) / 1000);

  progress?.('keeping the kernel');
  const release = await keepFiles(buildTree, folder, signal);
  if (source.series !== undefined) {
    progress?.('finding the code of the changed lines');
    const { out, tree } = buildTree;
    const modules = entriesBelow(out)
      .filter((name) => name.endsWith('.ko'))
      .map((name) => path.join(out, name));
    const built = { tree, objects: out, folders: [], modules, vmlinux: path.join(out, 'vmlinux') };
    await keepLines(source, built, folder, signal);
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  const kept: z.infer<typeof keptBuiltSchema> = { release, version, origin, config: choice.words, objects, seconds };
  writeKeptKernel(folder, kept);
  progress?.(`built ${release}: ${objects} objects in ${seconds} s, of which make ${makeSeconds} s`);
}

/** Copies what is kept of a finished build into a folder; returns the kernel's release. */
async function keepFiles(buildTree: BuildTree, folder: string, signal?: AbortSignal): Promise<string> {
  const { out, tree } = buildTree;
  copyFileSync(path.join(out, 'arch/x86/boot/bzImage'), path.join(folder, 'vmlinuz'));
  copyFileSync(path.join(out, '.config'), path.join(folder, 'config'));
  const config = parseConfig(readFileSync(path.join(folder, 'config'), 'utf8'));
  if (config.has('DEBUG_INFO')) copyFileSync(path.join(out, 'vmlinux'), path.join(folder, 'vmlinux'));
  const release = readFileSync(path.join(out, 'include/config/kernel.release'), 'utf8').trim();
  const modules = path.join(folder, 'lib/modules', release);
  if (config.get('MODULES') === 'y') {
    const goals = [`O=${out}`, `INSTALL_MOD_PATH=${folder}`, 'INSTALL_MOD_STRIP=1', 'modules_install'];
    await makeGoal(goals, { tree, signal });
    dropBinaryIndexes(modules);
    // Links into the build tree, which goes on to other kernels.
    for (const name of ['build', 'source']) rmSync(path.join(modules, name), { force: true });
  } else mkdirSync(modules, { recursive: true });
  copyFileSync(warningsFile(buildTree.folder), warningsFile(folder));
  return release;
}
