// SPDX-License-Identifier: GPL-2.0-only
// A kernel built from source: base, series, configuration. The same is never built twice: it is kept by what went in.

import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InfraError, UsageError, type HazmatError } from '../../host/errors.ts';
import { contentKey } from '../../host/key.ts';
import { requireBuildNeeds } from '../../host/needs.ts';
import { applySeries, type AppliedPatch } from '../series/apply-series.ts';
import { resolveBase } from '../source/base.ts';
import { inBuildTree, boundBuildTrees, type BuildTree } from './build-tree.ts';
import { blamePatch } from '../series/blame.ts';
import type { BuildOutput } from './build-output.ts';
import type { Catalog } from '../catalog.ts';
import { compilerVersion } from './compiler.ts';
import { debugMemory } from '../config/debug-memory.ts';
import { chooseConfig, configure, isConfigInput, type ConfigChoice } from '../config/configure.ts';
import { ensureKernel } from '../kernel-cache.ts';
import type { Kernel } from '../kernel.ts';
import { runMake } from './make.ts';
import { parseConfig } from './makefile.ts';
import { dropBinaryIndexes } from '../module-files.ts';
import type { ResolveOptions } from '../resolve-options.ts';
import { readSeriesOf, type Series } from '../series/series.ts';
import { SourceRepo, type Base } from '../source/source-repo.ts';
import type { BaseSpec, SeriesSpec } from '../spec.ts';
import { mergeWarnings, warningsFile } from './warnings.ts';

/** Part of every key: raised when what is made changes. */
const builtFormat = 1;

/** Objects and archives of a first build with the usual layers (6.12: 2304), so that progress means something. */
const usualObjects = 2300;
const noteEveryMs = 10_000;

/** meta.json of a built kernel. */
interface BuiltMeta {
  release: string;
  version: string;
  origin: string;
  config: string;
  /** Objects that were compiled for it, and how long that took. */
  objects: number;
  seconds: number;
}

/**
 * Builds a kernel, or takes it from the cache.
 * @throws UsageError when base, series or configuration cannot be read, applied or compiled; InfraError otherwise.
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
  const repo = await SourceRepo.open(undefined, signal);
  const base = await resolveBase(repo, wanted.base, catalog, options);
  const applied = series === undefined ? [] : await applySeries(repo, base.commit, series, signal);
  const commit = applied.at(-1)?.commit ?? base.commit;
  const version = await versionOf(repo, commit, base.origin);
  const tree = await repo.treeOf(commit);
  const id = contentKey({ builtFormat, tree, config: choice.key, compiler: await compilerVersion() });
  const making: Making = { repo, base, series, applied, commit, version, choice, options };
  const folder = await ensureKernel(id, (part) => make(making, part), signal);
  const meta = JSON.parse(readFileSync(path.join(folder, 'meta.json'), 'utf8')) as BuiltMeta;
  const vmlinux = path.join(folder, 'vmlinux');
  const moreMemory = debugMemory(parseConfig(readFileSync(path.join(folder, 'config'), 'utf8')));
  return {
    spec,
    label: labelOf(wanted.base, series, options),
    version: meta.version,
    release: meta.release,
    image: path.join(folder, 'vmlinuz'),
    modules: path.join(folder, 'lib/modules', meta.release),
    vmlinux: existsSync(vmlinux) ? vmlinux : undefined,
    id,
    ...(moreMemory === 0 ? {} : { moreMemory }),
    origin: originOf(base, series, choice),
  };
}

interface Making {
  repo: SourceRepo;
  base: Base;
  series: Series | undefined;
  applied: AppliedPatch[];
  commit: string;
  version: string;
  choice: ConfigChoice;
  options: ResolveOptions;
}

/** What the configuration is made of besides the usual layers. */
function configWords(base: BaseSpec, { config = [], configFromTree = false }: ResolveOptions): readonly string[] {
  if (!configFromTree) return config;
  if (base.kind !== 'tree') {
    throw new UsageError('--config-from tree takes the .config of a tree:PATH; this kernel is none');
  }
  const file = path.join(base.path, '.config');
  if (!existsSync(file))
    throw new UsageError(`there is no ${file}`, { hint: 'make menuconfig there, or say --config.' });
  return [...config, file];
}

/** The upstream version that a tree's Makefile tells: `6.12.117`, `7.3-rc7`. */
async function versionOf(repo: SourceRepo, commit: string, origin: string): Promise<string> {
  const makefile = (await repo.read(commit, 'Makefile')) ?? '';
  const told = (name: string): string => new RegExp(`^${name} *= *(\\S*)`, 'm').exec(makefile)?.[1] ?? '';
  const [version, patchlevel, sublevel, extra] = ['VERSION', 'PATCHLEVEL', 'SUBLEVEL', 'EXTRAVERSION'].map(told);
  if (version === '' || patchlevel === '')
    throw new UsageError(`${origin} is no kernel’s source: its Makefile has no VERSION`);
  const point = sublevel === '' || sublevel === '0' ? '' : `.${sublevel ?? ''}`;
  const candidate = /^-rc\d+/.exec(extra ?? '')?.[0] ?? '';
  return `${version ?? ''}.${patchlevel ?? ''}${point}${candidate}`;
}

function labelOf(base: BaseSpec, series: Series | undefined, { config = [] }: ResolveOptions): string {
  const name =
    base.kind === 'source'
      ? `source:${base.version}`
      : base.kind === 'git'
        ? `${path.basename(path.resolve(base.path))}@${base.ref}`
        : path.basename(path.resolve(base.kind === 'tree' ? base.path : base.file)).replace(/\.tar(\.\w+)?$/, '');
  const layers = config.length === 0 ? '' : ` (${config.map((word) => path.basename(word)).join(' ')})`;
  return `${name}${series === undefined ? '' : `+${series.name}`}${layers}`;
}

function originOf(base: Base, series: Series | undefined, choice: ConfigChoice): string {
  const count = series?.patches.length ?? 0;
  const patches = series === undefined ? '' : ` with ${count} ${count === 1 ? 'patch' : 'patches'} of ${series.name}`;
  return `${base.origin}${patches}, configured as ${choice.words}`;
}

async function make(making: Making, folder: string): Promise<void> {
  requireBuildNeeds();
  const { repo, version, choice, options } = making;
  const line = version.split(/[.-]/).slice(0, 2).join('.');
  const note = options.progress ?? (() => undefined);
  const stop = options.signal === undefined ? {} : { signal: options.signal };
  await inBuildTree(repo, `${line}-${choice.key.slice(0, 8)}`, (buildTree) => build(making, buildTree, folder), {
    ...stop,
    waiting: () => note(`waiting for another build of ${line}`),
  });
  await boundBuildTrees();
}

async function build(making: Making, buildTree: BuildTree, folder: string): Promise<void> {
  const { repo, base, series, applied, commit, version, choice, options } = making;
  const progress = options.progress ?? ((): void => undefined);
  const stop = options.signal === undefined ? {} : { signal: options.signal };
  const started = performance.now();
  const isFirst = !existsSync(path.join(buildTree.out, 'vmlinux'));
  if (isFirst) progress(`setup out ${base.origin}`);
  await buildTree.moveTo(commit, options.signal);
  progress(`configuring ${choice.words}`);
  const inputs = contentKey({
    compiler: await compilerVersion(),
    files: (await repo.files(commit)).filter(({ path: file }) => isConfigInput(file)),
  });
  await configure(buildTree, choice, version, { inputs, progress, ...stop });

  let noted = 0;
  const onObject = (object: string, count: number): void => {
    if (performance.now() - noted < noteEveryMs) return;
    noted = performance.now();
    const of = isFirst ? ` of about ${Math.max(usualObjects, count)}` : '';
    progress(`building: ${count}${of} objects, now in ${path.posix.dirname(object)}`);
  };
  const makeStarted = performance.now();
  const output = await runMake([`O=${buildTree.out}`, 'bzImage', 'modules'], {
    tree: buildTree.tree,
    onObject,
    ...stop,
  });
  const makeSeconds = Math.round((performance.now() - makeStarted) / 1000);
  mergeWarnings(buildTree.folder, output.warnings);
  if (output.failed) throw await buildError(repo, base, series, applied, output);

  progress('keeping the kernel');
  copyFileSync(path.join(buildTree.out, 'arch/x86/boot/bzImage'), path.join(folder, 'vmlinuz'));
  copyFileSync(path.join(buildTree.out, '.config'), path.join(folder, 'config'));
  const config = parseConfig(readFileSync(path.join(folder, 'config'), 'utf8'));
  if (config.has('DEBUG_INFO')) copyFileSync(path.join(buildTree.out, 'vmlinux'), path.join(folder, 'vmlinux'));
  const release = readFileSync(path.join(buildTree.out, 'include/config/kernel.release'), 'utf8').trim();
  const modules = path.join(folder, 'lib/modules', release);
  if (config.get('MODULES') === 'y') {
    const install = [`O=${buildTree.out}`, `INSTALL_MOD_PATH=${folder}`, 'INSTALL_MOD_STRIP=1', 'modules_install'];
    const installed = await runMake(install, { tree: buildTree.tree, ...stop });
    if (installed.failed) throw new InfraError('make modules_install failed', { hint: installed.explain() });
    dropBinaryIndexes(modules);
    // Links into the build tree, which goes on to other kernels.
    for (const name of ['build', 'source']) rmSync(path.join(modules, name), { force: true });
  } else mkdirSync(modules, { recursive: true });
  copyFileSync(warningsFile(buildTree.folder), warningsFile(folder));
  const meta: BuiltMeta = {
    release,
    version,
    origin: originOf(base, series, choice),
    config: choice.words,
    objects: output.objects,
    seconds: Math.round((performance.now() - started) / 1000),
  };
  writeFileSync(path.join(folder, 'meta.json'), `${JSON.stringify(meta, null, 2)}\n`);
  progress(`built ${release}: ${output.objects} objects in ${meta.seconds} s, of which make ${makeSeconds} s`);
}

/** What did not compile, and whose it is. */
export async function buildError(
  repo: SourceRepo,
  base: Base,
  series: Series | undefined,
  applied: readonly AppliedPatch[],
  output: BuildOutput,
): Promise<HazmatError> {
  const [first] = output.errors;
  // A make that fails without anything being wrong in the code lacks something on this machine.
  if (first === undefined) return new InfraError(`make failed for ${base.origin}`, { hint: output.explain() });
  const blame = await blamePatch(repo, base.commit, applied, first);
  const what = series === undefined ? base.origin : `${base.origin} with ${series.name}`;
  return new UsageError(`${what} does not compile`, {
    hint: [...(blame === undefined ? [] : [blame]), output.explain()].join('\n'),
  });
}
