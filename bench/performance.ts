// SPDX-License-Identifier: GPL-2.0-only
// The library on each kernel: cold (no checkpoint in the cache), and warm once all of them were run; on the first kernel a sample of it
// with a boot for each scenario; and one command in a boot of virtme-ng, if its virtme-run is named. One run, so that the ratios mean
// something; docs/performance.md has results.
//   npx tsx bench/performance.ts [KERNEL...] [--sample] [--virtme-run PATH KIMG]
// --sample: only the sample and virtme-ng.

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { diskUsage } from '../harness/host/disk-usage.ts';
import { projectRoot } from '../harness/host/places.ts';
import type { CellResult } from '../harness/results/events.ts';
import { quoteArgv } from '../harness/host/program.ts';
import { readRun } from '../harness/results/read-run.ts';
import { findScenarios } from '../harness/scenario/load.ts';
import { cacheWithoutCheckpoints } from './own-cache.ts';
import { median } from './statistics.ts';

const asked = process.argv.slice(2);
const virtme = asked.includes('--virtme-run') ? asked.slice(asked.indexOf('--virtme-run') + 1) : [];
const option = asked.findIndex((word) => word.startsWith('--'));
const named = option === -1 ? asked : asked.slice(0, option);
const [kernel = '6.12', ...others] = named;
const sampleSize = 12;

const temporary = mkdtempSync(path.join(os.tmpdir(), 'hazmat-bench-'));

interface Measured {
  seconds: number;
  cells: CellResult[];
}

async function run(cache: string, on: string, ...more: string[]): Promise<Measured> {
  const results = path.join(temporary, 'results');
  const argv = ['bin/hazmat.mjs', 'run', '--kernel', on, ...more];
  const started = performance.now();
  await execa('node', argv, { cwd: projectRoot, reject: false, env: { HAZMAT_RESULTS: results, HAZMAT_CACHE: cache } });
  const seconds = (performance.now() - started) / 1000;
  return { seconds, cells: readRun(path.join(results, 'latest')).cells };
}

async function virtmeSeconds(): Promise<number | undefined> {
  const [program, kimg] = virtme;
  if (program === undefined || kimg === undefined) return undefined;
  const options = ['--kimg', kimg, '--mods=auto', '--script-sh', 'true', '--disable-kvm', '--disable-microvm'];
  const command = [program, ...options, '--force-initramfs', '--force-9p', '--memory', '1G', '--cpus', '2'];
  // It wants a terminal.
  const argv = ['--quiet', '--return', '--command', quoteArgv(command), '/dev/null'];
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const started = performance.now();
    await execa('script', argv, { stdin: 'ignore' });
    times.push((performance.now() - started) / 1000);
  }
  return median(times);
}

const line = (what: string, value: string): void => console.log(`| ${what} | ${value} |`);
const inSeconds = (value: number): string => `${value.toFixed(1)} s`;

function checkpointsOf(cache: string): string[] {
  return readdirSync(path.join(cache, 'checkpoints')).filter((name) => !name.startsWith('.'));
}

const mebi = (value: number): string => `${(value / 2 ** 20).toFixed(1)} MiB`;

async function measureCold(cache: string, on: string): Promise<void> {
  const before = new Set(existsSync(path.join(cache, 'checkpoints')) ? checkpointsOf(cache) : []);
  const cold = await run(cache, on);
  line(`library on ${on}, ${cold.cells.length} cells, cold`, inSeconds(cold.seconds));
  const made = checkpointsOf(cache).filter((name) => !before.has(name));
  const bytes = made.map((name) => diskUsage(path.join(cache, 'checkpoints', name)).bytes);
  const all = bytes.reduce((sum, one) => sum + one, 0);
  line(`checkpoints of ${on}`, `${made.length}, ${mebi(all)}, median ${mebi(median(bytes))}`);
  line('memory of checkpoints, unpacked, of all kernels', mebi(diskUsage(path.join(cache, 'guest-memory')).bytes));
}

async function measureWarm(cache: string, on: string): Promise<void> {
  const before = checkpointsOf(cache).length;
  const warm = [await run(cache, on), await run(cache, on)];
  line(`library on ${on}, warm`, warm.map(({ seconds }) => inSeconds(seconds)).join(', '));
  line(`checkpoints that these runs made`, String(checkpointsOf(cache).length - before));
}

/** Some scenarios, one at a time: from checkpoints, and with a boot for each. */
async function measureSample(cache: string): Promise<void> {
  const scenarios = findScenarios([]).filter(({ known }) => known.length === 0);
  const step = Math.ceil(scenarios.length / sampleSize);
  const names = scenarios.filter((_, index) => index % step === 0).map(({ name }) => name);
  await run(cache, kernel, ...names);
  const perCell = ({ cells }: Measured): number => median(cells.map(({ durationMs }) => durationMs / 1000));
  const warm = perCell(await run(cache, kernel, ...names, '--jobs', '1'));
  const fresh = perCell(await run(cache, kernel, ...names, '--jobs', '1', '--fresh'));
  line(`a scenario, warm (median of ${names.length})`, inSeconds(warm));
  line('the same with a boot of its own', inSeconds(fresh));
  line('ratio', (fresh / warm).toFixed(1));
  const other = await virtmeSeconds();
  if (other !== undefined) line('one command in a boot of virtme-ng (median of 3)', inSeconds(other));
}

try {
  const cache = cacheWithoutCheckpoints(temporary);
  if (!asked.includes('--sample')) {
    for (const one of [kernel, ...others]) await measureCold(cache, one);
    for (const one of [kernel, ...others]) await measureWarm(cache, one);
  }
  await measureSample(cache);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
