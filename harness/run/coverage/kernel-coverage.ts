// SPDX-License-Identifier: GPL-2.0-only
// What a run executed of a kernel, by file and function of its source.

import path from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../host/errors.ts';
import { notice } from '../../host/notices.ts';
import { projectRoot } from '../../host/places.ts';
import { checkYaml } from '../../host/yaml/check.ts';
import { readYaml } from '../../host/yaml/yaml.ts';
import { lineTables } from '../../kernel/build/line-tables.ts';
import { sourceOfKernel } from '../../kernel/base-source.ts';
import type { KernelSymbols } from '../../kernel/executed/kernel-symbols.ts';
import { definitionsIn } from '../../kernel/functions/definitions.ts';
import type { PatchedSource } from '../../kernel/series/patched-source.ts';
import type { KernelFacts } from '../../results/events.ts';
import { kernelOf } from '../../results/find-run.ts';
import type { ExecutedWhen, FileCoverage, FunctionCoverage, KernelCoverage } from '../../results/kernel-coverage.ts';
import type { RunRecord } from '../../results/run-record.ts';
import { FunctionUse } from './function-use.ts';
import { linesOf } from './line-use.ts';
import { executedCells, symbolsOf } from './read-executed.ts';
import { SymbolsByName, type PlacedSymbol } from './symbols-of-file.ts';

/** What of the source is wanted: files, or folders that end in `/`. */
export interface CoverageQuery {
  /** A kernel of the run, if it has several. */
  kernel?: string | undefined;
  files: readonly string[];
  /** Lines too, where there are line tables. */
  lines?: boolean | undefined;
}

/** @throws UsageError for a run without what was executed, for a file that the source does not have; InfraError when it cannot be fetched */
export async function kernelCoverage(record: RunRecord, query: CoverageQuery): Promise<KernelCoverage> {
  const facts = factsOf(record, query.kernel);
  const symbols = symbolsOf(record, facts.kernel);
  if (symbols === undefined) {
    throw new UsageError(`the run ${record.name} has not recorded what ${facts.kernel} executes`, {
      hint: 'npx hazmat run --coverage does.',
    });
  }
  const source = await sourceOfKernel(specOf(record, facts), { progress: (note) => notice('info', note) });
  const files = await (query.files.length === 0 ? filesOf(source, usualFiles()) : filesOf(source, query.files, 'all'));
  const use = new FunctionUse(symbols, executedCells(record, facts.kernel));
  const byName = new SymbolsByName(symbols);
  const all: FileCoverage[] = [];
  for (const file of files) {
    const text = (await source.repo.read(source.commit, file)) ?? '';
    all.push({ file, functions: functionsOf(text, byName, use) });
  }
  const notes: string[] = [];
  if (query.lines === true) {
    const tables = await tablesOf(record, facts, source, symbols, files);
    if (typeof tables === 'string') notes.push(`there are no lines: ${tables}`);
    else {
      const lines = linesOf(tables, executedCells(record, facts.kernel));
      for (const file of all) file.lines = lines.get(file.file);
      if (lines.size === 0)
        notes.push('there are no lines: what the build tree has of these files is not of this kernel');
    }
  }
  const { kernel, label, release } = facts;
  const compiled = all.filter(({ functions }) => functions.some(({ when }) => when !== 'no symbol'));
  const wanted = query.files.length === 0 ? compiled : all;
  const { origin } = source.base;
  return { kernel, label, release, source: origin, scenarios: use.scenarios.size, files: wanted, notes };
}

function factsOf(record: RunRecord, asked: string | undefined): KernelFacts {
  const only = record.kernels.length === 1 ? record.kernels[0] : undefined;
  const kernel = asked === undefined ? only : kernelOf(record, asked);
  if (kernel === undefined) {
    throw new UsageError(`the run ${record.name} has several kernels`, {
      hint: `Choose one with --kernel: ${record.kernels.join(', ')}.`,
    });
  }
  const facts = record.kernelFacts.find((one) => one.kernel === kernel);
  if (facts === undefined) throw new UsageError(`the run ${record.name} could not get ${kernel}`);
  return facts;
}

function tablesOf(
  { variants = [] }: RunRecord,
  { kernel, version }: KernelFacts,
  source: PatchedSource,
  symbols: KernelSymbols,
  files: readonly string[],
): ReturnType<typeof lineTables> {
  const variant = variants.find(({ name }) => name === kernel);
  const { spec = kernel, config = [], configFromTree = false } = variant ?? {};
  const progress = (note: string): void => notice('info', note);
  return lineTables({ spec, version, source, symbols }, files, { config, configFromTree, progress });
}

/** The kernel with its release, so that the source is of the same. */
function specOf({ variants = [] }: RunRecord, { kernel, version }: KernelFacts): string {
  const spec = variants.find(({ name }) => name === kernel)?.spec ?? kernel;
  return spec.replace(
    /^((?:debian:|source:)?)v?\d+\.\d+(?:\.\d+|-rc\d+)?(?=\+|$)/,
    (_all, kind: string) => `${kind}${version}`,
  );
}

/** Those of a list that there are, since not every kernel has all; or all. @throws UsageError for one of all that there is not */
async function filesOf(
  { repo, commit }: PatchedSource,
  wanted: readonly string[],
  which: 'those that exist' | 'all' = 'those that exist',
): Promise<string[]> {
  const all = (await repo.files(commit)).map((one) => one.path).filter((file) => file.endsWith('.c'));
  const found = new Set<string>();
  for (const name of wanted) {
    const some = all.filter((file) => file === name || (name.endsWith('/') && file.startsWith(name)));
    if (some.length === 0 && which === 'all') throw new UsageError(`the source of the kernel has no ${name}`);
    for (const file of some) found.add(file);
  }
  return [...found].sort();
}

const usualSchema = z.strictObject({ files: z.array(z.string().regex(/^[\w./-]+$/)).min(1) });

function usualFiles(): string[] {
  const file = path.join(projectRoot, 'kernels/coverage.yaml');
  return checkYaml(readYaml(file, path.relative(process.cwd(), file)), usualSchema).files;
}

/** The functions that a source defines, in order. What is freed after the boot has no symbol that is looked at. */
function functionsOf(text: string, byName: SymbolsByName, use: FunctionUse): FunctionCoverage[] {
  const defined = definitionsIn(text).filter(({ kind }) => kind === 'function');
  const symbols = byName.ofFile(defined.map(({ name }) => name));
  const seen = new Set<string>();
  return defined.flatMap(({ name, first }): FunctionCoverage[] => {
    if (seen.has(name)) return [];
    seen.add(name);
    return [functionOf(name, first, symbols.get(name) ?? [], use)];
  });
}

function functionOf(name: string, line: number, placed: readonly PlacedSymbol[], use: FunctionUse): FunctionCoverage {
  const { boot, setup, steps } = use.users(placed.map(({ symbol }) => symbol));
  const when: ExecutedWhen =
    placed.length === 0
      ? 'no symbol'
      : steps.size > 0
        ? 'steps'
        : setup.size > 0
          ? 'setup'
          : boot.size > 0
            ? 'boot'
            : 'never';
  const sum = (of: (one: PlacedSymbol) => number): number => placed.reduce((total, one) => total + of(one), 0);
  return {
    name,
    line,
    when,
    scenarios: steps.size,
    anywhere: new Set([...boot, ...setup, ...steps]).size,
    bytes: sum(({ symbol }) => symbol.size),
    executedBytes: sum(({ symbol, key }) => use.bytesOf(symbol, key)),
  };
}
