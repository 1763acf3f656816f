// SPDX-License-Identifier: GPL-2.0-only
// Is --touching sound, and what does it save? Each mutant names the scenarios that kill it: are they among those that --touching selects
// for it, and which share of all is that? Needs a map of the line: npx hazmat run -k 6.12 --coverage.
//   npx tsx bench/selection.ts [RESULTS] [LINE]

import path from 'node:path';
import { sourceOfKernel } from '../harness/kernel/base-source.ts';
import { readChanges } from '../harness/kernel/functions/read-changes.ts';
import { touchedFunctions } from '../harness/kernel/functions/touched-code.ts';
import { readSeries } from '../harness/kernel/series/series.ts';
import { patchSource } from '../harness/kernel/series/patched-source.ts';
import { readMutants } from '../harness/kernel/series/mutant.ts';
import { UsageError } from '../harness/host/errors.ts';
import { projectRoot, resultsRoot } from '../harness/host/places.ts';
import { readCoverageMap } from '../harness/run/touching/coverage-map.ts';
import { selectScenarios } from '../harness/run/touching/select.ts';
import { median } from './statistics.ts';

const [results = resultsRoot(), line = '6.12'] = process.argv.slice(2);
const map = readCoverageMap(results, line);
if (map === undefined) throw new Error(`there is no map of ${line} in ${results}`);
const scenarios = new Map([...map.scenarios].map(([scenario, { content }]) => [scenario, content]));
const shares: number[] = [];
const everything: string[] = [];
const missed: string[] = [];
const unusable: string[] = [];
const unknown = new Set<string>();
const { repo, base } = await sourceOfKernel(`source:${line}`);
const mutants = readMutants('kernels/mutants', projectRoot).filter(({ killedBy }) => killedBy.length > 0);
for (const { name, file, killedBy } of mutants) {
  const series = await readSeries(path.join(projectRoot, file));
  const source = await patchSource(repo, base, series).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    unusable.push(error.message);
    return undefined;
  });
  if (source === undefined) continue;
  const changes = await readChanges(source);
  const touched = touchedFunctions(changes, (function_) => map.symbols.has(function_));
  const selected = selectScenarios(scenarios, touched, map);
  const count = [...selected.values()].filter((one) => one.selected).length;
  shares.push(count / scenarios.size);
  if (touched.open.length > 0) everything.push(`${name}: ${touched.open.join('; ')}`);
  for (const { scenario } of killedBy) {
    // What the map does not have is always selected.
    if (!selected.has(scenario)) unknown.add(scenario);
    else if (selected.get(scenario)?.selected !== true) missed.push(`${name}: ${scenario}: ${touched.names.join(' ')}`);
  }
}
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
const sorted = shares.toSorted((a, b) => a - b);
const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
console.log(`map of ${map.kernel.label} (${map.kernel.release}): ${scenarios.size} scenarios`);
for (const text of unusable) console.log(text);
console.log(
  `${shares.length} of ${mutants.length} mutants: ${missed.length} with a scenario that kills it and is not selected`,
);
for (const text of missed) console.log(`  ${text}`);
console.log(`${everything.length} for which everything runs`);
for (const text of everything) console.log(`  ${text}`);
if (unknown.size > 0) console.log(`not in the map, so always run: ${[...unknown].join(' ')}`);
const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
console.log(
  `share selected: median ${percent(median(shares))}, quartiles ${percent(at(0.25))} and ${percent(at(0.75))}, mean ${percent(mean)}`,
);
