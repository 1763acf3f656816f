// SPDX-License-Identifier: GPL-2.0-only
// `debian:VERSION+SERIES`, the short way: only the modules that a series touches are built, and put in the place of the
// stock kernel's own. The same is never built twice.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../host/errors.ts';
import { contentKey } from '../../host/key.ts';
import { requireBuildNeeds } from '../../host/needs.ts';
import { runProgram } from '../../host/program.ts';
import { applySeries, type AppliedPatch } from '../series/apply-series.ts';
import { inBuildTree, boundBuildTrees, type BuildTree } from './build-tree.ts';
import { buildError } from './built.ts';
import { buildFolder, prepareTree } from './build-modules.ts';
import type { Catalog } from '../catalog.ts';
import { compilerVersion } from './compiler.ts';
import { fetchHeaders, fetchSourceOf } from '../source/debian-source.ts';
import { resolveDebian } from '../stock/debian.ts';
import type { WantedStock } from '../stock/find-stock.ts';
import { ensureKernel } from '../kernel-cache.ts';
import type { Kernel } from '../kernel.ts';
import { parseConfig, type Config } from './makefile.ts';
import { dropBinaryIndexes, indexModules } from '../module-files.ts';
import { readModuleIndex, type ModuleIndex } from '../module-index.ts';
import type { ResolveOptions } from '../resolve-options.ts';
import { readSeriesOf, type Series } from '../series/series.ts';
import { SourceRepo, type Base } from '../source/source-repo.ts';
import type { SeriesSpec } from '../spec.ts';
import { planModules, quotedIncludes, type ModulePlan } from '../series/touched-modules.ts';
import type { CachedKernel } from '../stock/unpack.ts';
import { mergeWarnings, warningsFile } from './warnings.ts';

/** Part of every key: raised when what is made changes. */
const patchedFormat = 3;

/** What of a stored patched kernel is told. */
interface PatchedMeta {
  origin: string;
}

/**
 * A stock kernel with the modules that a series touches built anew.
 * @throws UsageError when the series cannot be read, applied, compiled, or ends in more than modules; InfraError otherwise.
 */
export async function resolvePatched(
  spec: string,
  wanted: WantedStock,
  asked: SeriesSpec,
  catalog: Catalog,
  options: ResolveOptions,
): Promise<Kernel> {
  const series = await readSeriesOf(asked, options.signal);
  const stock = await resolveDebian(spec, wanted, catalog, options);
  const compiler = await compilerVersion();
  const diffs = series.patches.map(({ diff }) => diff);
  const id = contentKey({ patchedFormat, stock: stock.id, diffs, compiler });
  const folder = await ensureKernel(
    id,
    (part) => makePatched({ stock, series, line: wanted.line, catalog, options, folder: part }),
    options.signal,
  );
  const meta = JSON.parse(readFileSync(path.join(folder, 'meta.json'), 'utf8')) as PatchedMeta;
  return {
    ...stock,
    label: `${wanted.version}+${series.name}`,
    image: path.join(folder, 'vmlinuz'),
    modules: path.join(folder, 'lib/modules', stock.release),
    id,
    origin: meta.origin,
  };
}

interface Making {
  stock: Kernel;
  series: Series;
  line: string;
  catalog: Catalog;
  options: ResolveOptions;
  /** Empty; becomes the stored kernel. */
  folder: string;
}

async function makePatched(making: Making): Promise<void> {
  requireBuildNeeds();
  const { stock, series, line, catalog, options } = making;
  const note = options.progress ?? (() => undefined);
  const stop = options.signal === undefined ? {} : { signal: options.signal };
  const stored = JSON.parse(readFileSync(path.join(path.dirname(stock.image), 'meta.json'), 'utf8')) as CachedKernel;
  const suites: readonly string[] = catalog.lines[line] ?? [];
  const repo = await SourceRepo.open(undefined, options.signal);
  const source = await fetchSourceOf(repo, stored, line, suites, options);
  note(`applying ${series.name} (${count(series)}) to ${source.origin}`);
  const applied = await applySeries(repo, source.commit, series, options.signal);
  const headers = await fetchHeaders(stored, suites, options);
  const built: Building = { ...making, repo, source, applied, headers };
  await inBuildTree(repo, `modules-${stock.release}`, (buildTree) => buildAt(buildTree, built), {
    ...stop,
    waiting: () => note(`waiting for another build of modules for ${stock.release}`),
  });
  await boundBuildTrees();
}

interface Building extends Making {
  repo: SourceRepo;
  source: Base;
  applied: AppliedPatch[];
  /** Folder with `config` and `Module.symvers` of the stock kernel. */
  headers: string;
}

async function buildAt(buildTree: BuildTree, building: Building): Promise<void> {
  const { stock, series, options, folder, source, applied } = building;
  const note = options.progress ?? (() => undefined);
  const { signal } = options;
  const { tree } = buildTree;
  const read = (file: string): string | undefined => readIn(tree, file);
  await buildTree.moveTo(applied.at(-1)?.commit ?? source.commit, signal);

  const index = readModuleIndex(stock);
  const touched = await withIncluders(touchedFiles(series), tree, signal);
  const modules = new Set([...index.modules.values()].map((module) => module.path));
  const stockConfig = parseConfig(readFileSync(path.join(building.headers, 'config'), 'utf8'));
  const plan = planModules(touched, { read }, stockConfig, modules);
  if (plan.refused.length > 0) throw notOnlyModules(series, plan);
  if (plan.folders.length === 0) throw new UsageError(`${series.name} touches nothing that goes into a kernel`);
  const ranks = new Map(plan.folders.map((one) => [one, rank(one, plan.folders, index)]));
  plan.folders.sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
  note(`${series.name} touches modules only: building ${plan.folders.join(', ')} for the stock ${stock.release}`);

  note('preparing the tree (3 to 40 seconds)');
  const config = await prepareTree(buildTree, building.headers, stock.release, signal);
  const files = await buildAll(buildTree, building, plan.folders, config);
  const missed = plan.sources.find((file) => !existsSync(path.join(tree, file.replace(/\.[cS]$/, '.o'))));
  if (missed !== undefined)
    throw new UsageError(`${missed} was not built: it is in none of the modules of ${stock.release}`);

  const replaced = await replaceModules(stock, files, tree, folder, signal);
  copyFileSync(warningsFile(buildTree.folder), warningsFile(folder));
  note(`rebuilt ${replaced.map((file) => path.basename(file)).join(' ')}`);
  const names = replaced.map((file) => path.basename(file)).join(', ');
  const meta = {
    release: stock.release,
    version: stock.version,
    origin: `${stock.origin}; ${names} from ${source.origin} with ${count(series)}`,
    patches: series.patches.map(({ name }) => name),
    replaced,
  };
  writeFileSync(path.join(folder, 'meta.json'), `${JSON.stringify(meta, null, 2)}\n`);
}

async function buildAll(
  buildTree: BuildTree,
  { options, repo, source, series, applied }: Building,
  folders: readonly string[],
  config: Config,
): Promise<string[]> {
  const built: string[] = [];
  for (const [at, one] of folders.entries()) {
    const { output, modules } = await buildFolder(one, folders.slice(0, at), buildTree.tree, config, options);
    mergeWarnings(buildTree.folder, output.warnings);
    if (output.failed) throw await buildError(repo, source, series, applied, output);
    built.push(...modules);
  }
  return built;
}

function count({ patches }: Series): string {
  return `${patches.length} ${patches.length === 1 ? 'patch' : 'patches'}`;
}

/** Files that are there after the series, each once. */
function touchedFiles(series: Series): string[] {
  const files = new Map(series.patches.flatMap(({ files }) => files.map(({ path: file, change }) => [file, change])));
  return [...files].filter(([, change]) => change !== 'deleted').map(([file]) => file);
}

/**
 * Adds the files of other folders that include a touched header by its path (drivers/dax/pmem.c includes
 * drivers/nvdimm/nd.h): they have to be built with it.
 */
async function withIncluders(files: readonly string[], tree: string, signal?: AbortSignal): Promise<string[]> {
  const all = [...files];
  for (let at = 0; at < all.length; at++) {
    const header = all[at] ?? '';
    if (!header.endsWith('.h') || header.startsWith('include/')) continue;
    const pattern = `/${path.posix.basename(header)}"`;
    const argv = [
      'grep',
      '-rlF',
      '--include=*.c',
      '--include=*.h',
      pattern,
      'drivers',
      'fs',
      'mm',
      'block',
      'kernel',
      'lib',
    ];
    const { stdout } = await runProgram(argv, {
      cwd: tree,
      accept: [0, 1],
      ...(signal === undefined ? {} : { signal }),
    });
    for (const file of stdout.split('\n').filter(Boolean)) {
      if (all.includes(file) || path.posix.dirname(file) === path.posix.dirname(header)) continue;
      if (quotedIncludes(readIn(tree, file) ?? '', file).includes(header)) all.push(file);
    }
  }
  return all;
}

function notOnlyModules(series: Series, { refused }: ModulePlan): UsageError {
  const [first] = refused;
  const more = refused.length > 1 ? ` (and ${refused.length - 1} more)` : '';
  return new UsageError(`${series.name} touches more than modules: ${first?.file ?? ''} ${first?.why ?? ''}${more}`, {
    hint: [
      ...refused.slice(1).map(({ file, why }) => `${file} ${why}`),
      'A stock kernel can be given new modules only. source:VERSION+SERIES builds the whole kernel.',
    ].join('\n'),
  });
}

/** How many of the folders hold a module that the folder's own modules need: what others need is built first. */
function rank(folder: string, folders: readonly string[], index: ModuleIndex): number {
  const inside = (file: string, one: string): boolean => path.posix.dirname(file) === `kernel/${one}`;
  const needs = [...index.modules.values()].filter((module) => inside(module.path, folder)).flatMap((one) => one.needs);
  return folders.filter((other) => other !== folder && needs.some((need) => inside(need, other))).length;
}

/** Lays the stock kernel's files into a folder, built modules in the place of its own. Returns which were replaced. */
async function replaceModules(
  stock: Kernel,
  built: readonly string[],
  tree: string,
  folder: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const stop = signal === undefined ? {} : { signal };
  const modules = path.join(folder, 'lib/modules', stock.release);
  mkdirSync(path.dirname(modules), { recursive: true });
  // Hard links: a stock kernel is never written to, and takes no room twice.
  await runProgram(['cp', '-al', stock.modules ?? '', modules], stop);
  await runProgram(['cp', '-al', stock.image, path.join(folder, 'vmlinuz')], stop);
  // What depmod writes must be files of their own.
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
    await runProgram(['strip', '-g', place], stop);
    const { stdout } = await runProgram(['modinfo', '-F', 'vermagic', place], stop);
    if (stdout.split(' ')[0] !== stock.release)
      throw new Error(`${file} is of ${stdout.trim()}, not of ${stock.release}`);
    replaced.push(`kernel/${file}`);
  }
  if (replaced.length === 0) throw new Error(`none of ${built.join(' ')} is a module of ${stock.release}`);
  await indexModules(folder, stock.release, signal);
  dropBinaryIndexes(modules);
  return replaced;
}

/** Reads a file of a tree; undefined when it is not there. */
function readIn(tree: string, file: string): string | undefined {
  const place = path.join(tree, file);
  return statSync(place, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(place, 'utf8') : undefined;
}
