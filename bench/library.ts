// SPDX-License-Identifier: GPL-2.0-only
// Every scenario on one kernel from checkpoints, and with a boot for each cell; the ratio of both. One guest at
// a time. Cells that hang or crash are shown, but kept out of the ratio: they wait for their deadlines in both.
//   npx tsx bench/library.ts [KERNEL] [SCENARIO...]

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { projectRoot } from '../harness/host/places.ts';
import type { CellResult } from '../harness/results/events.ts';
import { readRun } from '../harness/results/read-run.ts';
import { median } from './statistics.ts';

const [kernel = '6.12', ...scenarios] = process.argv.slice(2);

async function run(...more: string[]): Promise<CellResult[]> {
  const results = mkdtempSync(path.join(os.tmpdir(), 'hazmat-bench-'));
  const argv = ['bin/hazmat.mjs', 'run', ...scenarios, '--kernel', kernel, '--jobs', '1', ...more];
  await execa('node', argv, { cwd: projectRoot, reject: false, env: { HAZMAT_RESULTS: results } });
  const { cells } = readRun(path.join(results, 'latest'));
  rmSync(results, { recursive: true });
  return cells;
}

await run(); // makes the checkpoints
const warm = await run('--repeat', '3');
const fresh = await run('--fresh');
const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(2).padStart(7);
console.log(`${'scenario'.padEnd(32)} ${'warm s'.padStart(7)} ${'fresh s'.padStart(7)}  verdict`);
const kept: [number, number][] = [];
for (const cell of fresh) {
  if (cell.verdict === 'skip') continue;
  const own = median(warm.filter(({ scenario }) => scenario === cell.scenario).map(({ durationMs }) => durationMs));
  if (cell.verdict === 'pass') kept.push([own, cell.durationMs]);
  console.log(`${cell.scenario.padEnd(32)} ${seconds(own)} ${seconds(cell.durationMs)}  ${cell.verdict}`);
}
const warmMedian = median(kept.map(([own]) => own));
const freshMedian = median(kept.map(([, own]) => own));
console.log(
  `passing: warm median${seconds(warmMedian)} s, fresh median${seconds(freshMedian)} s, ratio ${(freshMedian / warmMedian).toFixed(1)}`,
);
