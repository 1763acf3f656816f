// SPDX-License-Identifier: GPL-2.0-only
// Makes a kernel of a stock kernel and of modules that were built for it.

import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runProgram } from '../../host/program.ts';
import type { Kernel } from '../kernel.ts';
import { dropBinaryIndexes, indexModules } from '../module-files.ts';

/**
 * Puts the stock kernel's files into a folder, with the built modules in the place of its own.
 * @param built modules as paths below `tree`; those that the stock kernel does not have are left out
 * @param folder empty; becomes the kernel's folder in the cache
 * @returns which modules were replaced, as paths below the modules folder
 */
export async function replaceModules(
  stock: Kernel,
  built: readonly string[],
  tree: string,
  folder: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const modules = path.join(folder, 'lib/modules', stock.release);
  mkdirSync(path.dirname(modules), { recursive: true });
  // Hard links: the files of a stock kernel are never written to, and need no second copy on the disk.
  await runProgram(['cp', '-al', stock.modules ?? '', modules], { signal });
  await runProgram(['cp', '-al', stock.image, path.join(folder, 'vmlinuz')], { signal });
  // depmod writes these, so they must not be links to the stock kernel's own.
  for (const name of readdirSync(modules).filter((one) => one.startsWith('modules.'))) {
    const own = path.join(modules, `${name}.own`);
    copyFileSync(path.join(modules, name), own);
    renameSync(own, path.join(modules, name));
  }
  const replaced: string[] = [];
  for (const file of built) {
    const place = path.join(modules, 'kernel', file);
    if (!existsSync(place)) continue;
    rmSync(place);
    copyFileSync(path.join(tree, file), place);
    await runProgram(['strip', '-g', place], { signal });
    const { stdout } = await runProgram(['modinfo', '-F', 'vermagic', place], { signal });
    if (stdout.split(' ')[0] !== stock.release)
      throw new Error(`${file} is of ${stdout.trim()}, not of ${stock.release}`);
    replaced.push(`kernel/${file}`);
  }
  if (replaced.length === 0) throw new Error(`none of ${built.join(' ')} is a module of ${stock.release}`);
  await indexModules(folder, stock.release, signal);
  dropBinaryIndexes(modules);
  return replaced;
}
