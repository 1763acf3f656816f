// SPDX-License-Identifier: GPL-2.0-only
// What recording costs: CPU time of QEMU in a cell, from the fork to its end, without recording, with that of a series' functions, and with
// that of the whole kernel, one after the other in each round. CPU time and not time, so that a busy machine does not matter.
//   npx tsx bench/coverage-cost.ts [KERNEL+SERIES] [ROUNDS]

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { LiveGuest } from '../harness/guest/live-guest.ts';
import { runCell, type PreparedCell } from '../harness/run/cell.ts';
import { Environment } from '../harness/run/environment.ts';
import { findScenarios } from '../harness/scenario/load.ts';
import { planCells, planGuest } from '../harness/scenario/plan.ts';
import { median } from './statistics.ts';

const [spec = '7.2+kernels/series/xfs-notify-failure-range', rounds = '5'] = process.argv.slice(2);
const scenarios = [
  'remove/shared-mappers',
  'poison/hwpoison',
  'recover/aligned-write',
  'poison/ars',
  'storm/ghes-storm-paced',
];
const modes = ['nothing', 'series', 'kernel'] as const;

const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-bench-'));
const { signal } = new AbortController();
const cells = planCells(findScenarios(scenarios), [spec], 1);
const common = { cells, emit: () => undefined, cellFolder: () => folder, signal };
const plain = new Environment(common);
const recorded = new Environment({ ...common, coverage: { folder: path.join(folder, 'coverage') } });
const kernel = await plain.kernels.kernel(spec);
await recorded.kernels.kernel(spec);

/** User and system time of a process, in milliseconds (proc(5): fields 14 and 15, in ticks of 10 ms). */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

for (const plan of cells) {
  const figures = new Map(modes.map((mode) => [mode, [] as number[]]));
  for (let round = 0; round < Number(rounds); round++) {
    for (const mode of modes) {
      const environment = mode === 'kernel' ? recorded : plain;
      const at = await environment.checkpointAt(plan, kernel, 'processes');
      const prepared = environment.prepared(at.checkpoint, planGuest(plan.of, kernel.version));
      let used = 0;
      const fork: PreparedCell['fork'] = async (console, stop, recording) => {
        const guest: LiveGuest = await prepared.fork(console, stop, recording);
        const end = guest.end.bind(guest);
        guest.end = () => {
          used ||= cpuMs(guest.qemu.pid);
          return end();
        };
        return guest;
      };
      const recording = mode === 'nothing' ? () => undefined : prepared.recording;
      const cell = path.join(folder, `${mode}-${round}`);
      mkdirSync(cell, { recursive: true });
      const { kernelVersion, vmlinux, skip } = { kernelVersion: kernel.version, vmlinux: undefined, skip: undefined };
      const prepare = () => Promise.resolve({ ...prepared, fork, recording });
      const result = await runCell(plan, {
        ...{ kernelVersion, vmlinux, skip, prepare, signal },
        folder: cell,
        coverageFolder: path.join(folder, 'coverage'),
        emit: () => undefined,
      });
      at.done();
      if (!result.expected) throw new Error(`${plan.scenario} with ${mode}: ${result.why}`);
      figures.get(mode)?.push(used);
    }
  }
  const text = modes.map((mode) => {
    const all = figures.get(mode) ?? [];
    return `${mode} ${median(all)} (${Math.min(...all)}-${Math.max(...all)})`;
  });
  console.log(`${plan.scenario}: CPU in ms of ${rounds} rounds: ${text.join(', ')}`);
}
rmSync(folder, { recursive: true });
process.exit(0);
