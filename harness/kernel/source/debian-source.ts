// SPDX-License-Identifier: GPL-2.0-only
// The source of Debian's kernels: linux-source-LINE, imported into our repository once; and what modules for a stock kernel
// are built with, from its linux-headers package.

import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { unpackDeb } from '../../host/debian/deb.ts';
import { newestVersion } from '../../host/debian/debian-version.ts';
import { InfraError } from '../../host/errors.ts';
import { takeLock } from '../../host/lock.ts';
import type { DebianPackage } from '../../host/debian/package-index.ts';
import { cacheRoot } from '../../host/places.ts';
import { Cache } from '../../host/cache.ts';
import type { Catalog } from '../catalog.ts';
import { importTar } from './import-tar.ts';
import { aptOf, type ResolveOptions } from '../resolve-options.ts';
import type { Base, SourceRepo } from './source-repo.ts';
import { upstreamVersion } from '../stock/stock.ts';
import type { CachedKernel } from '../stock/unpack.ts';

/** The configuration and symbols of the stock kernels in the cache. */
export function headersCache(): Cache {
  return new Cache(path.join(cacheRoot(), 'headers'));
}

/**
 * The source of a line, or of one release of it: from our repository, else fetched and imported.
 * @throws InfraError when Debian does not have it.
 */
export async function fetchSource(
  repo: SourceRepo,
  wanted: { line: string; version: string },
  catalog: Catalog,
  options: ResolveOptions,
): Promise<Base> {
  const suites: readonly string[] = catalog.lines[wanted.line] ?? [];
  const name = `linux-source-${wanted.line}`;
  const found = await packagesIn(suites, [name], options);
  const fits = found.filter(({ version }) => {
    const upstream = upstreamVersion(version);
    return wanted.version === wanted.line || upstream === wanted.version;
  });
  const source = await newestVersion(fits);
  if (source === undefined) {
    const others = found.map(({ version }) => upstreamVersion(version)).join(' ');
    throw new InfraError(`Debian has no source of ${wanted.version}`, {
      hint: `Looked for ${name} in ${suites.join(', ')}${others === '' ? '' : `; there is ${others}`}.`,
    });
  }
  return importSource(repo, source, options);
}

/**
 * The source that a stock kernel was built from; if that is gone, the newest of the line, which is told.
 * @throws InfraError when there is none.
 */
export async function fetchSourceOf(
  repo: SourceRepo,
  stock: CachedKernel,
  line: string,
  suites: readonly string[],
  options: ResolveOptions,
): Promise<Base> {
  const [image] = stock.packages;
  const found = await packagesIn(
    [...(image === undefined ? [] : [image.suite]), ...suites],
    [`linux-source-${line}`],
    options,
  );
  const source = found.find(({ version }) => version === image?.version) ?? (await newestVersion(found));
  if (source === undefined) {
    throw new InfraError(`Debian has no package linux-source-${line}: modules of ${stock.release} cannot be built`);
  }
  if (source.version !== image?.version) {
    options.progress?.(
      `warning: there is no source of ${image?.version ?? stock.release} any more: building from linux-source-${line} ${source.version}`,
    );
  }
  return importSource(repo, source, options);
}

async function importSource(repo: SourceRepo, source: DebianPackage, options: ResolveOptions): Promise<Base> {
  const { progress, signal } = options;
  const ref = `debian/${source.sha256.slice(0, 20)}`;
  const origin = `${source.name} ${upstreamVersion(source.version)} (${source.version})`;
  const present = await repo.named(ref);
  if (present !== undefined) return { commit: present, origin };
  const lock = await takeLock(`${repo.folder} ${ref}`, signal);
  const batch = path.basename(ref);
  const folder = repo.scratch();
  try {
    const known = await repo.named(ref);
    if (known !== undefined) return { commit: known, origin };
    const apt = aptOf(options);
    progress?.(`fetching ${source.name} ${source.version} (${Math.round(source.size / 1e6)} MB)`);
    const debs = await apt.download([source], [source.suite], batch);
    progress?.(`reading ${source.name} ${source.version} (15 to 60 seconds)`);
    for (const deb of debs) await unpackDeb(deb, folder, signal);
    const place = path.join(folder, 'usr/src');
    const tarball = readdirSync(place).find((name) => /^linux-source-.*\.tar\.xz$/.test(name));
    if (tarball === undefined) throw new InfraError('the source package holds no linux-source-*.tar.xz');
    const commit = await importTar(repo, path.join(place, tarball), ref, origin, signal);
    apt.forget(batch);
    return { commit, origin };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    lock.release();
  }
}

/**
 * A folder with `config` and `Module.symvers` of a stock kernel.
 * @throws InfraError when its linux-headers package cannot be had.
 */
export async function fetchHeaders(
  stock: CachedKernel,
  suites: readonly string[],
  options: ResolveOptions,
): Promise<string> {
  const name = `linux-headers-${stock.release}`;
  const [image] = stock.packages;
  if (image === undefined) throw new Error('a stored kernel without packages');
  const where = [...new Set([image.suite, ...suites])];
  return headersCache().ensure(
    `${stock.release}-${image.sha256.slice(0, 12)}`,
    async (part) => {
      const found = await packagesIn(where, [name], options);
      const headers = found.find(({ version }) => version === image.version);
      if (headers === undefined) {
        throw new InfraError(
          `the package ${name} ${image.version} cannot be had: modules cannot be built for this kernel`,
          {
            hint: `Looked in: ${where.join(', ')}. It has the configuration and the symbols of the stock kernel.`,
          },
        );
      }
      const apt = aptOf(options);
      options.progress?.(`fetching ${name} (${Math.round(headers.size / 1e6)} MB)`);
      const raw = path.join(part, 'unpacked');
      mkdirSync(raw);
      for (const deb of await apt.download([headers], [headers.suite], name)) await unpackDeb(deb, raw, options.signal);
      const place = path.join(raw, 'usr/src', name);
      for (const [from, to] of [
        ['.config', 'config'],
        ['Module.symvers', 'Module.symvers'],
      ] as const) {
        if (!existsSync(path.join(place, from))) throw new InfraError(`the package ${name} holds no ${from}`);
        copyFileSync(path.join(place, from), path.join(part, to));
      }
      rmSync(raw, { recursive: true });
      apt.forget(name);
    },
    options.signal,
  );
}

/** The packages of these names in the suites; a suite that cannot be refreshed is read as it was last seen. */
async function packagesIn(
  suites: readonly string[],
  names: readonly string[],
  options: ResolveOptions,
): Promise<DebianPackage[]> {
  const apt = aptOf(options);
  const wanted = new RegExp(`^(${names.map((name) => name.replace(/[.+]/g, '\\$&')).join('|')})$`);
  const found: DebianPackage[] = [];
  for (const suite of new Set(suites)) {
    await apt.refresh([suite]);
    found.push(...(await apt.packages(suite, wanted)));
  }
  return found;
}
