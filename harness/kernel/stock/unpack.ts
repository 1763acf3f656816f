// SPDX-License-Identifier: GPL-2.0-only
// Unpacks kernel packages into what is kept in the cache: vmlinuz, config, lib/modules/RELEASE, meta.json.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { unpackDeb } from '../../host/debian/deb.ts';
import { InfraError } from '../../host/errors.ts';
import { debianPackageSchema } from '../../host/debian/package-index.ts';
import { keptKernelSchema, writeKeptKernel } from '../kept-kernel.ts';
import { decompressModules, dropBinaryIndexes, indexModules } from '../module-files.ts';
import { upstreamVersion, type StockKernel } from './stock.ts';

/** meta.json of a stock kernel in the cache. */
export const keptStockSchema = keptKernelSchema.extend({
  /** What it was unpacked from; the package with the image comes first. */
  packages: z.array(debianPackageSchema.pick({ name: true, version: true, suite: true, sha256: true })).min(1),
});

export type KeptStock = z.infer<typeof keptStockSchema>;

/** Part of every key: to be raised when what is kept changes. */
export const storedFormat = 1;

/**
 * Unpacks a kernel's packages into an empty folder.
 * @param debs the package files
 * @param without folders of modules that are not kept, as `kernel/sound`
 * @throws InfraError naming what the packages should hold and do not.
 */
export async function unpackKernel(
  stock: StockKernel,
  debs: readonly string[],
  without: readonly string[],
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const raw = path.join(folder, 'unpacked');
  for (const deb of debs) await unpackDeb(deb, raw, signal);
  const tree = ['usr/lib/modules', 'lib/modules'].map((name) => path.join(raw, name)).find((name) => existsSync(name));
  const release = tree === undefined ? undefined : readdirSync(tree)[0];
  if (tree === undefined || release === undefined) throw missing(stock, 'lib/modules/RELEASE');
  const modules = path.join(folder, 'lib/modules', release);
  mkdirSync(path.dirname(modules), { recursive: true });
  renameSync(path.join(tree, release), modules);
  for (const name of ['vmlinuz', 'config']) {
    const places = [
      path.join(modules, name),
      path.join(modules, `${name}.unsigned`),
      path.join(raw, 'boot', `${name}-${release}`),
    ];
    const place = places.find((file) => existsSync(file));
    if (place === undefined) throw missing(stock, `${name}-${release}`);
    renameSync(place, path.join(folder, name));
  }
  rmSync(raw, { recursive: true });
  rmSync(path.join(modules, 'System.map'), { force: true });
  for (const name of without) rmSync(path.join(modules, name), { recursive: true, force: true });
  await decompressModules(modules, signal);
  await indexModules(folder, release, signal);
  dropBinaryIndexes(modules);
  const kept: KeptStock = {
    release,
    version: upstreamVersion(stock.version),
    origin: `${stock.name} ${stock.version} (${stock.suite})`,
    packages: stock.payload.map(({ name, version, suite, sha256 }) => ({ name, version, suite, sha256 })),
  };
  writeKeptKernel(folder, kept);
}

function missing(stock: StockKernel, what: string): InfraError {
  return new InfraError(`the packages of ${stock.name} ${stock.version} have no ${what}`);
}
