// SPDX-License-Identifier: GPL-2.0-only
// From the start of a fork to the moment when its first step can begin: the agent has answered. In milliseconds.
//   npx tsx bench/fork.ts [KERNEL] [TIMES]

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findScenarios } from '../harness/scenario/load.ts';
import { planCells } from '../harness/scenario/plan.ts';
import { Environment } from '../harness/run/environment.ts';
import { summary } from './statistics.ts';

const [kernelSpec = '6.12', times = '50'] = process.argv.slice(2);
const [cell] = planCells(findScenarios(['remove/shared-mappers']), [kernelSpec], 1);
if (cell === undefined) throw new Error('no such scenario');
const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-bench-'));
const signal = new AbortController().signal;
const environment = new Environment({ cells: [cell], emit: () => undefined, cellFolder: () => folder, signal });
const kernel = await environment.kernels.kernel(kernelSpec);
const { checkpoint } = await environment.checkpointAt(cell, kernel, 'processes');
const figures: number[] = [];
for (let index = 0; index < Number(times); index++) {
  const started = performance.now();
  const guest = await environment.checkpoints.fork(checkpoint, path.join(folder, 'console.log'));
  figures.push(performance.now() - started);
  await guest.end();
}
rmSync(folder, { recursive: true });
console.log(`fork to first step on ${kernel.version}, ${checkpoint.plan.accelerator}: ${summary(figures)} ms`);
process.exit(0);
