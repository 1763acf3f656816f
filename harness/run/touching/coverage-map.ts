// SPDX-License-Identifier: GPL-2.0-only
// Which functions each scenario executes on a line of kernels: kept next to the history, one file a line, from runs with --coverage.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { writeWholeFile } from '../../host/atomic-file.ts';
import type { When } from '../../kernel/executed/executed-functions.ts';

/** A set of indexes in `executed`: bits, lowest first, as base64. */
const bits = z.base64();

const fileSchema = z.strictObject({
  version: z.literal(1),
  /** Of kernels: `6.12`. */
  line: z.string(),
  kernel: z.strictObject({ label: z.string(), release: z.string(), id: z.string() }),
  /** Names of all functions that have a symbol. */
  symbols: z.array(z.string()),
  /** Those that were executed, as indexes in `symbols`. */
  executed: z.array(z.int().nonnegative()),
  /** Scenarios that boot alike share what they execute then. */
  boots: z.array(bits),
  scenarios: z.array(
    z.strictObject({
      scenario: z.string(),
      /** Key of what it does, when it was run. */
      content: z.string(),
      /** The run. */
      run: z.string(),
      boot: z.int().nonnegative(),
      setup: bits,
      steps: bits,
    }),
  ),
});

/** What a scenario executes, by the names of functions. */
export interface MappedScenario extends Record<When, ReadonlySet<string>> {
  content: string;
  run: string;
}

export interface CoverageMap {
  line: string;
  kernel: { label: string; release: string; id: string };
  /** All functions that the kernel has a symbol of. */
  symbols: ReadonlySet<string>;
  scenarios: ReadonlyMap<string, MappedScenario>;
}

export function coverageMapFile(resultsRoot: string, line: string): string {
  return path.join(resultsRoot, `coverage-${line}.json.gz`);
}

/** Undefined when there is none, or one that is damaged or of another version. */
export function readCoverageMap(resultsRoot: string, line: string): CoverageMap | undefined {
  const file = coverageMapFile(resultsRoot, line);
  if (!existsSync(file)) return undefined;
  const kept = fileSchema.safeParse(unpacked(file)).data;
  if (kept === undefined) return undefined;
  const names = kept.executed.map((index) => kept.symbols[index] ?? '');
  const boots = kept.boots.map((boot) => namesIn(boot, names));
  const scenarios = kept.scenarios.map(({ scenario, boot, setup, steps, ...more }): [string, MappedScenario] => [
    scenario,
    { ...more, boot: boots[boot] ?? new Set(), setup: namesIn(setup, names), steps: namesIn(steps, names) },
  ]);
  return { line: kept.line, kernel: kept.kernel, symbols: new Set(kept.symbols), scenarios: new Map(scenarios) };
}

/** @throws InfraError naming the file */
export function writeCoverageMap(resultsRoot: string, { line, kernel, symbols, scenarios }: CoverageMap): void {
  const all = [...symbols];
  const whole = [...scenarios.values()].flatMap(({ boot, setup, steps }) => [boot, setup, steps]);
  const executed = new Set(whole.flatMap((names) => [...names]));
  const indexes = all.flatMap((name, index) => (executed.has(name) ? [index] : []));
  const places = new Map(indexes.map((symbol, index) => [all[symbol] ?? '', index]));
  const boots: string[] = [];
  const kept: z.input<typeof fileSchema> = {
    version: 1,
    line,
    kernel,
    symbols: all,
    executed: indexes,
    boots,
    scenarios: [...scenarios].map(([scenario, { content, run, boot, setup, steps }]) => {
      const own = bitsOf(boot, places);
      if (!boots.includes(own)) boots.push(own);
      const [inSetup, inSteps] = [bitsOf(setup, places), bitsOf(steps, places)];
      return { scenario, content, run, boot: boots.indexOf(own), setup: inSetup, steps: inSteps };
    }),
  };
  writeWholeFile(coverageMapFile(resultsRoot, line), gzipSync(JSON.stringify(kept)), { makeFolders: true });
}

function bitsOf(names: ReadonlySet<string>, places: ReadonlyMap<string, number>): string {
  const bytes = Buffer.alloc(Math.ceil(places.size / 8));
  for (const name of names) {
    const place = places.get(name);
    if (place !== undefined) bytes[place >> 3] = (bytes[place >> 3] ?? 0) | (1 << (place & 7));
  }
  return bytes.toString('base64');
}

function namesIn(base64: string, names: readonly string[]): Set<string> {
  const bytes = Buffer.from(base64, 'base64');
  return new Set(names.filter((_name, index) => ((bytes[index >> 3] ?? 0) & (1 << (index & 7))) !== 0));
}

function unpacked(file: string): unknown {
  try {
    return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
  } catch {
    return undefined;
  }
}
