// SPDX-License-Identifier: GPL-2.0-only
// Makes a kernel of a stock kernel and of modules that were built for it.

import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { runProgram } from '../../host/program.ts';
import { guestModules } from '../guest-modules.ts';
import type { Kernel } from '../kernel.ts';
import { dropBinaryIndexes, indexModules } from '../module-files.ts';
import { closureIn, readModuleIndex } from '../module-index.ts';

/**
 * Fills a folder with the image of a stock kernel and the modules that guests use, the built ones in the place of its own. They are
 * copies: a hard link would change the times of the stock kernel's files, by which the cache knows them (host/manifest.ts).
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
  const from = stock.modules ?? '';
  const modules = path.join(folder, 'lib/modules', stock.release);
  const own = built.map((file) => path.join('kernel', file)).filter((file) => existsSync(path.join(from, file)));
  if (own.length === 0) throw new Error(`none of ${built.join(' ')} is a module of ${stock.release}`);
  const indexes = readdirSync(from).filter((name) => name.startsWith('modules.'));
  for (const file of new Set([...closureIn(readModuleIndex(stock), guestModules), ...own, ...indexes])) {
    mkdirSync(path.dirname(path.join(modules, file)), { recursive: true });
    copyFileSync(path.join(from, file), path.join(modules, file));
  }
  copyFileSync(stock.image, path.join(folder, 'vmlinuz'));
  for (const file of own) {
    const place = path.join(modules, file);
    copyFileSync(path.join(tree, path.relative('kernel', file)), place);
    await runProgram(['strip', '-g', place], { signal });
    const { stdout } = await runProgram(['modinfo', '-F', 'vermagic', place], { signal });
    if (stdout.split(' ')[0] !== stock.release)
      throw new Error(`${file} is of ${stdout.trim()}, not of ${stock.release}`);
  }
  await indexModules(folder, stock.release, signal);
  dropBinaryIndexes(modules);
  return own;
}
