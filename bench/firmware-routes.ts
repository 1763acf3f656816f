// SPDX-License-Identifier: GPL-2.0-only
// How dependable and how fast the routes through the platform firmware are: COUNT injections each of einj and of ghes by
// NMI on each KERNEL, every one on a page of its own. An injection did what was asked when the kernel recovered the page
// and the page has its bad block. Usage: npx tsx bench/firmware-routes.ts [COUNT [KERNEL...]]

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killAll } from '../harness/machine/qemu.ts';
import { bindGuest } from '../harness/guest/bound-guest.ts';
import { Deadline } from '../harness/guest/deadline.ts';
import type { BoundGuest } from '../harness/guest/live-guest.ts';
import { einj } from '../harness/poison/einj.ts';
import { ghes } from '../harness/poison/ghes.ts';
import { outcomesOf } from '../harness/poison/memory-failure-log.ts';
import type { PoisonRoute, PoisonTarget } from '../harness/poison/route.ts';
import { dataStart, placesOfPages } from '../harness/poison/target.ts';
import { parseScenario } from '../harness/scenario/load.ts';
import { planCells, planGuest } from '../harness/scenario/plan.ts';
import { Environment } from '../harness/run/environment.ts';
import { parseBadblocks } from '../harness/scenario/steps/badblocks.ts';

const pageBytes = 4096;
const withinMs = 10_000;

const [countText = '100', ...chosen] = process.argv.slice(2);
const count = Number(countText);
const kernels = chosen.length > 0 ? chosen : ['6.12', '6.1', '7.2'];

const scenario = parseScenario(
  `title: bench
machine: ras
stack:
  - namespace: {name: pmem0, mode: fsdax}
  - xfs: {device: pmem0, mount: /mnt, mkfs: {reflink: true, rmapbt: true}}
processes:
  mapper: {file: /mnt/data, pages: ${count}, touch: write}
steps:
  - filesystem: {mount: /mnt, expect: working}
`,
  'bench/firmware-routes',
);

const routes: { name: string; route: PoisonRoute; options: unknown }[] = [
  { name: 'einj', route: einj, options: { type: 'uncorrected', trigger: true, param2: '0xfffffffffffff000' } },
  {
    name: 'ghes nmi',
    route: ghes,
    options: { notification: 'nmi', severity: 'recoverable', 'record-size': 1, paced: false },
  },
];

const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-bench-'));
const { signal } = new AbortController();
try {
  const cells = planCells([scenario], kernels, 1);
  const environment = new Environment({ cells, emit: () => undefined, cellFolder: () => folder, signal });
  for (const cell of cells) {
    const kernel = await environment.kernels.kernel(cell.kernel);
    const { checkpoint } = await environment.checkpointAt(cell, kernel, 'processes');
    const { stack } = planGuest(scenario, kernel.version);
    for (const { name, route, options } of routes) {
      const live = await environment.checkpoints.fork(checkpoint, path.join(folder, 'console'), signal);
      const guest = bindGuest(live, new Deadline(Infinity));
      try {
        const places = await placesOfPages(guest, stack, { file: '/mnt/data', page: 0, pages: count });
        const took: number[] = [];
        for (const base of places) {
          const physical = dataStart(checkpoint.facts, base.device) + base.offset;
          const target = { base, length: pageBytes, physical, process: undefined, mappers: [], described: '' };
          const started = performance.now();
          if (await didIt(guest, route, target, options)) took.push(performance.now() - started);
        }
        took.sort((a, b) => a - b);
        const at = (part: number): string => (took[Math.floor((took.length - 1) * part)] ?? NaN).toFixed(1);
        const line = `${kernel.version.padEnd(10)} ${name.padEnd(9)} ${took.length} of ${count}`;
        console.log(`${line}, median ${at(0.5)} ms, 95 % ${at(0.95)} ms, slowest ${at(1)} ms`);
      } finally {
        await guest.end();
      }
    }
  }
} finally {
  killAll();
  rmSync(folder, { recursive: true, force: true });
}

/** Injects once, and sees whether the page was recovered and has its bad block. */
async function didIt(guest: BoundGuest, route: PoisonRoute, target: PoisonTarget, options: unknown): Promise<boolean> {
  const { error } = await route.inject(guest, target, options);
  if (error !== undefined) return false;
  const end = performance.now() + withinMs;
  const frame = target.physical / pageBytes;
  const outcome = (): string | undefined => outcomesOf(guest.log.slice().map(({ text }) => text)).get(frame);
  while (outcome() === undefined && performance.now() < end) await sleep(1);
  if (outcome() !== 'Recovered') return false;
  while (performance.now() < end) {
    const { data } = await guest.request('read', { path: `/sys/block/${target.base.device}/badblocks` }, { withinMs });
    if (parseBadblocks(data).includes(target.base.offset / 512)) return true;
    await sleep(1);
  }
  return false;
}
