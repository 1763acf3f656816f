// SPDX-License-Identifier: GPL-2.0-only
// The library on one kernel: cold (no checkpoint in the cache) and warm; a sample of it with a boot for each scenario; and one command
// in a boot of virtme-ng, if its virtme-run is named. One run, so that the ratios mean something; docs/performance.md has results.
//   npx tsx bench/performance.ts [KERNEL] [--virtme-run PATH KIMG]

import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { diskUsage } from '../harness/host/disk-usage.ts';
import { cacheRoot, projectRoot } from '../harness/host/places.ts';
import type { CellResult } from '../harness/results/events.ts';
import { readRun } from '../harness/results/read-run.ts';
import { median } from './statistics.ts';

const asked = process.argv.slice(2);
const virtme = asked.includes('--virtme-run') ? asked.slice(asked.indexOf('--virtme-run') + 1) : [];
const kernel = asked[0]?.startsWith('--') === false ? asked[0] : '6.12';
const sampleSize = 12;

const temporary = mkdtempSync(path.join(os.tmpdir(), 'hazmat-bench-'));

/** A cache with all that the real one has but checkpoints. */
function cacheWithoutCheckpoints(): string {
  const cache = path.join(temporary, 'cache');
  mkdirSync(cache);
  for (const name of readdirSync(cacheRoot())) {
    if (name !== 'checkpoints' && !name.startsWith('.'))
      symlinkSync(path.join(cacheRoot(), name), path.join(cache, name));
  }
  return cache;
}

interface Measured {
  seconds: number;
  cells: CellResult[];
}

async function run(cache: string, ...more: string[]): Promise<Measured> {
  const results = path.join(temporary, 'results');
  const argv = ['bin/hazmat.mjs', 'run', '--kernel', kernel, ...more];
  const started = performance.now();
  await execa('node', argv, { cwd: projectRoot, reject: false, env: { HAZMAT_RESULTS: results, HAZMAT_CACHE: cache } });
  const seconds = (performance.now() - started) / 1000;
  return { seconds, cells: readRun(path.join(results, 'latest')).cells };
}

async function virtmeSeconds(): Promise<number | undefined> {
  const [program, kimg] = virtme;
  if (program === undefined || kimg === undefined) return undefined;
  const argv = ['--kimg', kimg, '--mods=auto', '--script-sh', 'true', '--disable-kvm', '--disable-microvm'];
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const started = performance.now();
    await execa(program, [...argv, '--force-initramfs', '--force-9p', '--memory', '1G', '--cpus', '2'], {
      stdin: 'ignore',
    });
    times.push((performance.now() - started) / 1000);
  }
  return median(times);
}

const line = (what: string, value: string): void => console.log(`| ${what} | ${value} |`);
const inSeconds = (value: number): string => `${value.toFixed(1)} s`;

try {
  const cache = cacheWithoutCheckpoints();
  const cold = await run(cache);
  const entries = readdirSync(path.join(cache, 'checkpoints')).filter((name) => !name.startsWith('.'));
  const bytes = entries.map((name) => diskUsage(path.join(cache, 'checkpoints', name)).bytes);
  const warm = [await run(cache), await run(cache)];
  const after = readdirSync(path.join(cache, 'checkpoints')).filter((name) => !name.startsWith('.'));
  const passing = warm[0]?.cells.filter(({ verdict }) => verdict === 'pass') ?? [];
  const step = Math.ceil(passing.length / sampleSize);
  const sample = passing.filter((_, index) => index % step === 0);
  const names = sample.map(({ scenario }) => scenario);
  const one = await run(cache, ...names, '--jobs', '1');
  const fresh = await run(cache, ...names, '--jobs', '1', '--fresh');
  const perCell = (measured: Measured): number => median(measured.cells.map(({ durationMs }) => durationMs / 1000));
  const other = await virtmeSeconds();
  line('kernel', `${kernel}, ${cold.cells.length} cells`);
  line('library, cold', inSeconds(cold.seconds));
  line('library, warm', warm.map(({ seconds }) => inSeconds(seconds)).join(', '));
  line(
    'checkpoints',
    `${entries.length}, ${(bytes.reduce((sum, one) => sum + one, 0) / 2 ** 20).toFixed(0)} MiB, median ${(median(bytes) / 2 ** 20).toFixed(1)} MiB`,
  );
  line('checkpoints that a warm run made', String(after.length - entries.length));
  line(`a scenario, warm (median of ${names.length})`, inSeconds(perCell(one)));
  line('the same with a boot of its own', inSeconds(perCell(fresh)));
  line('ratio', (perCell(fresh) / perCell(one)).toFixed(1));
  if (other !== undefined) line('one command in a boot of virtme-ng (median of 3)', inSeconds(other));
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
