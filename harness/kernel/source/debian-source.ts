// SPDX-License-Identifier: GPL-2.0-only
// The source of Debian's kernels: linux-source-LINE, imported into the repository of sources once; and what modules for a
// stock kernel are built with, from its linux-headers package.

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
import { sourcePackage, upstreamVersion } from '../stock/stock.ts';
import type { KeptStock } from '../stock/unpack.ts';

/** The cache of configurations and symbols of stock kernels. */
function headersCache(): Cache {
  return new Cache(path.join(cacheRoot(), 'headers'));
}

/**
 * The source of a line, or of one release of it; fetched and imported when the repository of sources does not have it.
 * @throws InfraError when Debian does not have it.
 */
export async function fetchSource(
  repo: SourceRepo,
  wanted: { line: string; version: string },
  catalog: Catalog,
  options: ResolveOptions,
): Promise<Base> {
  const suites: readonly string[] = catalog.lines[wanted.line] ?? [];
  const name = sourcePackage(wanted.line);
  const found = await packagesIn(suites, [name], options);
  const fits = found.filter(({ version }) => {
    const upstream = upstreamVersion(version);
    return wanted.version === wanted.line || upstream === wanted.version;
  });
  const source = await newestVersion(fits);
  if (source === undefined) {
    const others = found.map(({ version }) => upstreamVersion(version)).join(' ');
    throw new InfraError(`Debian has no source of ${wanted.version}`, {
      hint: `Looked for ${name} in ${suites.join(', ')}${others === '' ? '' : `; available: ${others}`}.`,
    });
  }
  return importSource(repo, source, options);
}

/** What else a series for a line can be put on. */
export function otherSources(line: string): string {
  return `Use --base git:PATH@v${line} with a clone of the kernel, or --base tarball:linux-${line}.tar.xz.`;
}

/**
 * The source that a stock kernel was built from; if the archive dropped it, the newest of the line, with a warning.
 * @throws InfraError when there is none.
 */
export async function fetchSourceOf(
  repo: SourceRepo,
  stock: Pick<KeptStock, 'packages' | 'release'>,
  line: string,
  suites: readonly string[],
  options: ResolveOptions,
): Promise<Base> {
  const [image] = stock.packages;
  const found = await packagesIn(
    [...(image === undefined ? [] : [image.suite]), ...suites],
    [sourcePackage(line)],
    options,
  );
  const source = found.find(({ version }) => version === image?.version) ?? (await newestVersion(found));
  if (source === undefined) {
    throw new InfraError(`Debian has no package ${sourcePackage(line)}: modules for ${stock.release} cannot be built`, {
      hint: otherSources(line),
    });
  }
  if (source.version !== image?.version) {
    options.progress?.(
      `warning: Debian no longer has the source of ${image?.version ?? stock.release}: building from ${source.name} ${source.version}`,
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
  const lock = await takeLock(path.join(repo.folder, `import-${path.basename(ref)}.lock`), { what: origin, signal });
  const batch = path.basename(ref);
  const folder = repo.scratch();
  try {
    const known = await repo.named(ref);
    if (known !== undefined) return { commit: known, origin };
    options.beforeFetch?.();
    const apt = aptOf(options);
    progress?.(`fetching ${source.name} ${source.version} (${Math.round(source.size / 1e6)} MB)`);
    const debs = await apt.download([source], [source.suite], batch);
    progress?.(`reading ${source.name} ${source.version} (15 to 60 seconds)`);
    for (const deb of debs) await unpackDeb(deb, folder, signal);
    const place = path.join(folder, 'usr/src');
    const tarball = readdirSync(place).find((name) => /^linux-source-.*\.tar\.xz$/.test(name));
    if (tarball === undefined) throw new InfraError(`the package ${source.name} has no linux-source-*.tar.xz`);
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
 * @throws InfraError when Debian does not have its linux-headers package.
 */
export async function fetchHeaders(
  stock: KeptStock,
  suites: readonly string[],
  options: ResolveOptions,
): Promise<string> {
  const name = `linux-headers-${stock.release}`;
  const [image] = stock.packages;
  if (image === undefined) throw new Error('a stock kernel without packages');
  const where = [...new Set([image.suite, ...suites])];
  return headersCache().ensure(
    `${stock.release}-${image.sha256.slice(0, 12)}`,
    async (part) => {
      const found = await packagesIn(where, [name], options);
      const headers = found.find(({ version }) => version === image.version);
      if (headers === undefined) {
        throw new InfraError(
          `Debian has no package ${name} ${image.version}: modules for this kernel cannot be built`,
          {
            hint: `Looked in: ${where.join(', ')}. The package has the configuration and the symbols of the stock kernel.`,
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
        if (!existsSync(path.join(place, from))) throw new InfraError(`the package ${name} has no ${from}`);
        copyFileSync(path.join(place, from), path.join(part, to));
      }
      rmSync(raw, { recursive: true });
      apt.forget(name);
    },
    options.signal,
  );
}

/** The packages of these names in the suites; of a suite that cannot be refreshed its last index is read. */
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
