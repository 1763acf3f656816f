// SPDX-License-Identifier: GPL-2.0-only
// From an edited line in a module of a stock kernel to the verdict of a scenario, by phase: the shipped fix of XFS, with another comment each
// time. The first edit fills the cache and does not count.
//   npx tsx bench/edit.ts [EDITS]

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { projectRoot } from '../harness/host/places.ts';
import { readEvents } from '../harness/results/events-file.ts';
import { median } from './statistics.ts';

const edits = Number(process.argv[2] ?? 3);
const series = path.join(projectRoot, 'kernels/series/xfs-notify-failure-range');
const [patch = ''] = readdirSync(series);
const comment = 'do not add 1 to it before it is clamped';
const temporary = mkdtempSync(path.join(os.tmpdir(), 'hazmat-bench-'));
const file = path.join(temporary, 'edit.patch');

/** Seconds of each phase of one edit. */
async function edit(): Promise<Record<string, number>> {
  writeFileSync(file, readFileSync(path.join(series, patch), 'utf8').replace(comment, `edited at ${Date.now()}`));
  const argv = ['bin/hazmat.mjs', 'run', 'remove/shared-mappers', '--kernel', `7.2+${file}`];
  const started = performance.now();
  await execa('node', argv, { cwd: projectRoot, env: { HAZMAT_RESULTS: temporary } });
  const all = performance.now() - started;
  const events = readEvents(path.join(temporary, 'latest/events.jsonl'));
  const at = (type: string): number => events.find((event) => event.type === type)?.ms ?? NaN;
  const tasks = (title: RegExp): number =>
    events.reduce((sum, one) => (one.type === 'task-ended' && title.test(one.title) ? sum + one.durationMs : sum), 0);
  const steps = events.reduce((sum, one) => (one.type === 'step-ended' ? sum + one.durationMs : sum), 0);
  const phases = {
    'get the kernel: apply, build, keep': at('kernel-ready') - at('run-started'),
    initramfs: tasks(/^initramfs/),
    'boot, from the modules on': tasks(/^boot/),
    'stack and processes': tasks(/^set up/),
    steps: steps,
  };
  const named = Object.values(phases).reduce((sum, one) => sum + one, 0);
  const milliseconds = { ...phases, 'start, fork, end': all - named, all: all };
  return Object.fromEntries(Object.entries(milliseconds).map(([phase, value]) => [phase, value / 1000]));
}

try {
  await edit();
  const measured: Record<string, number>[] = [];
  for (let round = 0; round < edits; round++) measured.push(await edit());
  console.log(`| phase | seconds, median of ${edits} |\n| --- | --- |`);
  for (const phase of Object.keys(measured[0] ?? {})) {
    console.log(`| ${phase} | ${median(measured.map((one) => one[phase] ?? NaN)).toFixed(1)} |`);
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
