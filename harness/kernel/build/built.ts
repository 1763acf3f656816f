// SPDX-License-Identifier: GPL-2.0-only
// A kernel built from source: base, series, configuration. The same kernel is never built twice: its key in the cache is
// made of what goes into it.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../host/errors.ts';
import { contentKey } from '../../host/key.ts';
import type { Catalog } from '../catalog.ts';
import { chooseConfig, wantedConfig } from '../config/choose-config.ts';
import { debugMemory } from '../config/debug-memory.ts';
import { parseConfig } from '../dot-config.ts';
import { readKeptKernel } from '../kept-kernel.ts';
import { ensureKernel } from '../kernel-cache.ts';
import type { Kernel } from '../kernel.ts';
import type { ResolveOptions } from '../resolve-options.ts';
import { describeSource, patchSource, type PatchedSource } from '../series/patched-source.ts';
import { readSeriesLines } from '../lines/series-lines.ts';
import { patchTitles, type Series } from '../series/patch.ts';
import { readSeriesOf } from '../series/series.ts';
import { resolveBase } from '../source/base.ts';
import { SourceRepo } from '../source/source-repo.ts';
import type { BaseSpec, SeriesSpec } from '../spec.ts';
import { buildKernel, keptBuiltSchema } from './build-kernel.ts';
import { requireBuildNeeds } from './build-needs.ts';
import { compilerVersion } from './compiler.ts';

/** Part of every key: to be raised when what is made changes. */
const builtFormat = 1;

/**
 * Builds a kernel, or takes it from the cache.
 * @throws UsageError when base, series or configuration cannot be read, applied or compiled; InfraError when something
 * cannot be fetched, or a program that the build needs is missing.
 */
export async function resolveBuilt(
  spec: string,
  wanted: { base: BaseSpec; series: SeriesSpec | undefined },
  catalog: Catalog,
  options: ResolveOptions,
): Promise<Kernel> {
  const { signal } = options;
  const choice = chooseConfig(configWords(wanted.base, options));
  const series = wanted.series === undefined ? undefined : await readSeriesOf(wanted.series, signal);
  const requireNeeds = (): void => requireBuildNeeds(wantedConfig(choice), 'kernel');
  const repo = await SourceRepo.open(undefined, signal);
  const base = await resolveBase(repo, wanted.base, catalog, { ...options, beforeFetch: requireNeeds });
  const source = await patchSource(repo, base, series, signal);
  const version = await versionOf(source);
  const origin = `${describeSource(source)}, configured as ${choice.words}`;
  const tree = await repo.treeOf(source.commit);
  // What a kernel is kept with depends on what its series changes, too (kernel/lines/).
  const against = series === undefined ? undefined : await repo.treeOf(base.commit);
  const id = contentKey({ builtFormat, tree, against, config: choice.key, compiler: await compilerVersion() });
  const folder = await ensureKernel(
    id,
    async (part) => {
      requireNeeds();
      await buildKernel({ source, version, choice, origin, folder: part, options });
    },
    signal,
  );
  const kept = readKeptKernel(folder, keptBuiltSchema);
  const vmlinux = path.join(folder, 'vmlinux');
  return {
    spec,
    label: labelOf(wanted.base, series, options),
    version: kept.version,
    release: kept.release,
    image: path.join(folder, 'vmlinuz'),
    modules: path.join(folder, 'lib/modules', kept.release),
    vmlinux: existsSync(vmlinux) ? vmlinux : undefined,
    id,
    lines: readSeriesLines(folder),
    patches: series === undefined ? undefined : patchTitles(series),
    sourceHas: async (file, text) => (await repo.read(source.commit, file))?.includes(text) ?? false,
    moreMemory: debugMemory(parseConfig(readFileSync(path.join(folder, 'config'), 'utf8'))) || undefined,
    origin,
  };
}

/** The words that choose the configuration: what --config names, and the .config of the tree when that is asked for. */
export function configWords(
  base: BaseSpec,
  { config = [], configFromTree = false }: ResolveOptions,
): readonly string[] {
  if (!configFromTree) return config;
  if (base.kind !== 'tree') {
    throw new UsageError('--config-from tree takes the .config of a tree:PATH, and this kernel is not one');
  }
  const file = path.join(base.path, '.config');
  if (!existsSync(file))
    throw new UsageError(`there is no ${file}`, { hint: 'Run make menuconfig there, or give --config.' });
  return [...config, file];
}

/**
 * The upstream version in the Makefile of a source: `6.12.117`, `7.3-rc7`.
 * @throws UsageError when its Makefile is not that of a kernel.
 */
export async function versionOf({
  repo,
  commit,
  base,
}: Pick<PatchedSource, 'repo' | 'commit' | 'base'>): Promise<string> {
  const makefile = (await repo.read(commit, 'Makefile')) ?? '';
  const value = (name: string): string => new RegExp(`^${name} *= *(\\S*)`, 'm').exec(makefile)?.[1] ?? '';
  const [version, patchlevel, sublevel] = [value('VERSION'), value('PATCHLEVEL'), value('SUBLEVEL')];
  if (version === '' || patchlevel === '')
    throw new UsageError(`${base.origin} is not a kernel’s source: its Makefile has no VERSION`);
  const point = sublevel === '' || sublevel === '0' ? '' : `.${sublevel}`;
  const candidate = /^-rc\d+/.exec(value('EXTRAVERSION'))?.[0] ?? '';
  return `${version}.${patchlevel}${point}${candidate}`;
}

function labelOf(base: BaseSpec, series: Series | undefined, { config = [] }: ResolveOptions): string {
  const fragments = config.length === 0 ? '' : ` (${config.map((word) => path.basename(word)).join(' ')})`;
  return `${baseLabel(base)}${series === undefined ? '' : `+${series.name}`}${fragments}`;
}

function baseLabel(base: BaseSpec): string {
  switch (base.kind) {
    case 'source':
      return `source:${base.version}`;
    case 'git':
      return `${path.basename(path.resolve(base.path))}@${base.ref}`;
    case 'tree':
      return path.basename(path.resolve(base.path));
    case 'tarball':
      return path.basename(path.resolve(base.file)).replace(/\.tar(\.\w+)?$/, '');
  }
}
