// SPDX-License-Identifier: GPL-2.0-only
// The source of a stock Debian kernel with its configuration and symbols, kept unpacked in the store.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { unpackDeb } from '../host/deb.ts';
import { newestVersion } from '../host/debian-version.ts';
import { LabError } from '../host/errors.ts';
import { contentKey } from '../host/key.ts';
import type { DebianPackage } from '../host/package-index.ts';
import { cacheRoot } from '../host/places.ts';
import { runProgram } from '../host/program.ts';
import { Store } from '../host/store.ts';
import { aptOf, type ResolveOptions } from './resolve-options.ts';
import { upstreamVersion } from './stock.ts';
import type { StoredKernel } from './unpack.ts';

/** A folder that holds tree/ (never written to: builds hard-link its files), config and Module.symvers. */
export interface KernelSource {
  folder: string;
  /** `linux-source-7.2 7.2.12-1~bpo13+1` */
  origin: string;
}

/** Part of every key: raised when what is kept changes. */
const sourceFormat = 1;

/** What no module of ours needs, a third of the bytes; the Kconfig and Makefile right in Documentation are included by others. */
const leftOut = ['Documentation/*/*', 'tools/testing', 'tools/perf', 'drivers/gpu/drm/amd/include'];

/** The sources in the cache. */
function sourceStore(): Store {
  return new Store(path.join(cacheRoot(), 'sources'));
}

/**
 * Finds, fetches and unpacks the source that belongs to a stock kernel: the package of the very version, else the newest of
 * the line, which is told.
 * @throws LabError when it, or the headers package of the very release, cannot be had.
 */
export async function fetchSource(
  stock: StoredKernel,
  line: string,
  suites: readonly string[],
  options: ResolveOptions,
): Promise<KernelSource> {
  const note = options.progress ?? (() => undefined);
  const [image] = stock.packages;
  if (image === undefined) throw new Error('a stored kernel without packages');
  const apt = aptOf(options);
  const headersName = `linux-headers-${stock.release}`;
  const wanted = new RegExp(`^linux-(source-${line}|headers-${stock.release})$`.replace(/[.+]/g, '\\$&'));
  const found: DebianPackage[] = [];
  for (const suite of new Set([image.suite, ...suites])) {
    await apt.refresh([suite]);
    found.push(...(await apt.packages(suite, wanted)));
    if (found.some((pkg) => pkg.name !== headersName && pkg.version === image.version)) break;
  }
  const headers = found.find((pkg) => pkg.name === headersName && pkg.version === image.version);
  if (headers === undefined) {
    throw new LabError(
      `the package ${headersName} ${image.version} cannot be had: modules cannot be built for this kernel`,
      {
        hint: `Looked in: ${[...new Set([image.suite, ...suites])].join(', ')}. It has the configuration and the symbols of the stock kernel.`,
      },
    );
  }
  const sources = found.filter((pkg) => pkg.name === `linux-source-${line}`);
  const source = sources.find((pkg) => pkg.version === image.version) ?? (await newestVersion(sources));
  if (source === undefined) {
    throw new LabError(`Debian has no package linux-source-${line}: modules of ${stock.release} cannot be built`);
  }
  if (source.version !== image.version) {
    note(
      `warning: there is no source of ${image.version} any more: building from linux-source-${line} ${source.version}`,
    );
  }
  const key = contentKey({ sourceFormat, source: source.sha256, headers: headers.sha256, leftOut });
  const folder = await sourceStore().ensure(
    key,
    async (part) => {
      note(`fetching ${source.name} ${source.version} (${Math.round((source.size + headers.size) / 1e6)} MB)`);
      const debs: string[] = [];
      for (const pkg of [source, headers]) debs.push(...(await apt.download([pkg], [pkg.suite], key)));
      note(`unpacking ${source.name} ${source.version} (about 15 seconds, 1.1 GB)`);
      await unpackSource(debs, stock.release, part, options.signal);
      apt.forget(key);
    },
    options.signal,
  );
  return { folder, origin: `${source.name} ${upstreamVersion(source.version)} (${source.version})` };
}

async function unpackSource(
  debs: readonly string[],
  release: string,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const raw = path.join(folder, 'unpacked');
  for (const deb of debs) await unpackDeb(deb, raw, signal);
  const place = path.join(raw, 'usr/src');
  const tarball = readdirSync(place).find((name) => /^linux-source-.*\.tar\.xz$/.test(name));
  if (tarball === undefined) throw new LabError('the source package holds no linux-source-*.tar.xz');
  const tree = path.join(folder, 'tree');
  mkdirSync(tree);
  const top = tarball.replace(/\.tar\.xz$/, '');
  const excludes = leftOut.map((name) => `--exclude=${top}/${name}`);
  await runProgram(
    [
      'tar',
      '-xJf',
      path.join(place, tarball),
      '-C',
      tree,
      '--strip-components=1',
      '--wildcards',
      '--no-wildcards-match-slash',
      ...excludes,
    ],
    signal === undefined ? {} : { signal },
  );
  const headers = path.join(place, `linux-headers-${release}`);
  for (const [from, to] of [
    ['.config', 'config'],
    ['Module.symvers', 'Module.symvers'],
  ] as const) {
    if (!existsSync(path.join(headers, from)))
      throw new LabError(`the package linux-headers-${release} holds no ${from}`);
    copyFileSync(path.join(headers, from), path.join(folder, to));
  }
  rmSync(raw, { recursive: true });
}

/** Whether a path of a series lies in what is left out of the tree. */
export function isLeftOut(file: string): boolean {
  return /^(Documentation\/[^/]+\/|tools\/testing\/|tools\/perf\/|drivers\/gpu\/drm\/amd\/include\/)/.test(file);
}

/**
 * A scratch copy of the tree with configuration and symbols in place. Its files are hard links: whoever changes one must
 * replace it, as git apply and kbuild do.
 */
export async function scratchTree(
  source: KernelSource,
  release: string,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  await runProgram(['cp', '-al', path.join(source.folder, 'tree'), folder], signal === undefined ? {} : { signal });
  copyFileSync(path.join(source.folder, 'config'), path.join(folder, '.config'));
  copyFileSync(path.join(source.folder, 'Module.symvers'), path.join(folder, 'Module.symvers'));
  // Debian's Makefile includes this file. A module must name the very release, which may be no version (6.1.0-56-amd64).
  writeFileSync(path.join(folder, '.kernelvariables'), `override KERNELRELEASE = ${release}\n`);
}

/** Reads a file of a tree; undefined when it is not there. */
export function readIn(tree: string, file: string): string | undefined {
  const place = path.join(tree, file);
  return statSync(place, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(place, 'utf8') : undefined;
}
