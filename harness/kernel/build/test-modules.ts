// SPDX-License-Identifier: GPL-2.0-only
// A stock kernel with the modules of tools/testing/nvdimm: nfit_test.ko, and libnvdimm, nfit and others linked so that it can feign
// NVDIMMs to them. Only these are built, with the configuration and the symbols of the stock kernel, as for a series (patched.ts).

import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { InfraError } from '../../host/errors.ts';
import { contentKey } from '../../host/key.ts';
import { runProgram } from '../../host/program.ts';
import { loadCatalog } from '../catalog.ts';
import { guestModules } from '../guest-modules.ts';
import { readKeptKernel, writeKeptKernel } from '../kept-kernel.ts';
import { ensureKernel } from '../kernel-cache.ts';
import type { Kernel } from '../kernel.ts';
import { dropBinaryIndexes, indexModules } from '../module-files.ts';
import { closureIn, readModuleIndex } from '../module-index.ts';
import type { ResolveOptions } from '../resolve-options.ts';
import { patchSource } from '../series/patched-source.ts';
import { fetchHeaders, fetchSourceOf } from '../source/debian-source.ts';
import { SourceRepo } from '../source/source-repo.ts';
import { lineOf } from '../stock/stock.ts';
import { keptStockSchema } from '../stock/unpack.ts';
import { buildFolders, prepareTree } from './build-modules.ts';
import { anyStockConfig, requireBuildNeeds } from './build-needs.ts';
import { inBuildTree } from './build-tree.ts';
import { compilerVersion } from './compiler.ts';

/** Part of every key: to be raised when what is made changes. */
const format = 1;

const source = 'tools/testing/nvdimm';

/**
 * Where they are in the guest. ndctl's tests refuse modules that are elsewhere (test/core.c of ndctl), and depmod prefers those that are
 * there.
 */
const place = 'updates';

/** Whether a kernel is a stock kernel, for which these modules can be built. */
export function canHaveTestModules({ image, stock }: Kernel): boolean {
  if (stock !== undefined) return false;
  try {
    readKeptKernel(path.dirname(image), keptStockSchema);
    return true;
  } catch {
    return false;
  }
}

/** The kernel with the test modules in place of its own. @throws InfraError when they cannot be built, or a program is missing */
export async function withTestModules(stock: Kernel, options: ResolveOptions): Promise<Kernel> {
  requireBuildNeeds(anyStockConfig, 'modules');
  const compiler = await compilerVersion();
  const id = contentKey({ testModules: format, stock: stock.id, compiler });
  const folder = await ensureKernel(id, (part) => build(stock, part, options), options.signal);
  return {
    ...stock,
    stock,
    image: path.join(folder, 'vmlinuz'),
    modules: path.join(folder, 'lib/modules', stock.release),
    id,
    origin: `${stock.origin}, with the modules of ${source}`,
  };
}

async function build(stock: Kernel, folder: string, options: ResolveOptions): Promise<void> {
  const { progress, signal } = options;
  const kept = readKeptKernel(path.dirname(stock.image), keptStockSchema);
  const line = lineOf(stock.version);
  const suites: readonly string[] = loadCatalog().lines[line] ?? [];
  const repo = await SourceRepo.open(undefined, signal);
  const base = await fetchSourceOf(repo, kept, line, suites, options);
  const tree = await patchSource(repo, base, undefined, signal);
  const headers = await fetchHeaders(kept, suites, options);
  await inBuildTree(
    repo,
    `modules-${stock.release}`,
    async (buildTree) => {
      await buildTree.moveTo(tree.commit, signal);
      progress?.(`building ${source} for the stock ${stock.release}`);
      const config = await prepareTree(buildTree, headers, stock.release, tree, [source], signal);
      const files = await buildFolders(buildTree, [source], config, tree, options);
      if (files.length === 0) throw new InfraError(`${source} of ${base.origin} has no modules for this configuration`);
      await fill(
        stock,
        files.map((file) => path.join(buildTree.tree, file)),
        folder,
        signal,
      );
    },
    options,
  );
  writeKeptKernel(folder, { release: stock.release, version: stock.version, origin: stock.origin });
}

/** Fills a folder with the image, the stock kernel's modules that guests use, and the test modules. */
async function fill(stock: Kernel, files: readonly string[], folder: string, signal?: AbortSignal): Promise<void> {
  const from = stock.modules ?? '';
  const modules = path.join(folder, 'lib/modules', stock.release);
  const indexes = readdirSync(from).filter((name) => name.startsWith('modules.'));
  for (const file of new Set([...closureIn(readModuleIndex(stock), guestModules), ...indexes])) {
    mkdirSync(path.dirname(path.join(modules, file)), { recursive: true });
    copyFileSync(path.join(from, file), path.join(modules, file));
  }
  copyFileSync(stock.image, path.join(folder, 'vmlinuz'));
  mkdirSync(path.join(modules, place), { recursive: true });
  for (const file of files) {
    const target = path.join(modules, place, path.basename(file));
    copyFileSync(file, target);
    await runProgram(['strip', '-g', target], { signal });
  }
  await indexModules(folder, stock.release, signal);
  dropBinaryIndexes(modules);
}
