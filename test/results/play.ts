// SPDX-License-Identifier: GPL-2.0-only
// Plays a made-up run to this terminal, to look at: npx tsx test/results/play.ts [design|many|repeats|broken] [SPEED]

import { setTimeout as sleep } from 'node:timers/promises';
import type { CellResult, RunEventBody } from '../../harness/results/events.ts';
import { terminalReporter } from '../../harness/report/terminal.ts';
import { EventStream } from '../../harness/results/stream.ts';
import { bodiesOf, designStory, ended, facts, oops, planned, spin, wraps, type Story } from './story.ts';

const [which = 'design', speed = '1'] = process.argv.slice(2);

function many(): Story {
  const kernels = ['5.10', '6.1', '6.12', '6.16', '6.17', '6.18', '6.19', '7.0', '7.1', '7.2', '7.3'].map(
    (k) => `debian:${k}`,
  );
  const scenarios = [
    'remove/shared-mappers',
    'remove/rebind',
    'remove/second-file-and-forked-child',
    'poison/load',
    'recover/aligned-pwrite',
  ];
  const cells = scenarios.flatMap((scenario) => kernels.map((kernel) => planned(scenario, kernel)));
  const results = cells.map((cell): CellResult => {
    const at = kernels.indexOf(cell.kernel);
    if (cell.scenario.startsWith('remove/') && at >= 5)
      return ended(cell, { ...spin, expected: true, known: wraps, durationMs: 11_800 });
    if (cell.scenario.startsWith('remove/') && at === 1) return ended(cell, { ...oops, durationMs: 3_000 });
    if (at === 0) return ended(cell, { verdict: 'skip', why: 'needs fs-dax failure notification, new in 6.0' });
    if (cell.scenario === 'poison/load' && at === 2)
      return ended(cell, { knownButPassed: { because: 'the load returned zeroes before 6.12.60' } });
    return ended(cell);
  });
  return { name: 'many', kernels, cells, results, exitCode: 1 };
}

function repeats(): Story {
  const kernels = ['debian:6.12'];
  const cells = ['remove/shared-mappers', 'poison/load'].flatMap((scenario) => {
    return Array.from({ length: 50 }, (_, index) =>
      planned(scenario, 'debian:6.12', { repeat: index + 1, repeats: 50 }),
    );
  });
  const results = cells.map((cell) =>
    cell.scenario === 'poison/load' && cell.repeat % 24 === 0 ? ended(cell, oops) : ended(cell),
  );
  return { name: 'repeats', kernels, cells, results, exitCode: 1 };
}

function broken(): Story {
  const story = designStory();
  const why = 'the guest never said hello: QEMU ended with signal 9 (out of memory?)';
  const results = story.results
    .slice(0, 9)
    .map((result) =>
      result.kernel === 'debian:6.12' ? ended(result, { verdict: 'error', why, expected: false }) : result,
    );
  const text = 'KVM is there but does not run a kernel; falling back to TCG';
  return {
    ...story,
    name: 'broken',
    results,
    interrupted: true,
    messages: [{ type: 'message', level: 'warning', text }],
  };
}

const stories: Record<string, () => Story> = { design: designStory, many, repeats, broken };
const story = (stories[which] ?? designStory)();
const stream = new EventStream();
stream.add(terminalReporter(process.stdout));
process.once('SIGINT', () => process.exit(130));

for (const body of bodiesOf(story)) {
  const pause = async (ms: number) => sleep(ms / Number(speed));
  if (body.type === 'kernel-ready') await prepare(body.kernel, pause);
  if (body.type === 'cell-ended') await steps(body.result, pause);
  stream.emit(body);
}
await stream.close();

async function prepare(kernel: string, pause: (ms: number) => Promise<void>): Promise<void> {
  const { label, version } = facts(kernel);
  const fetching = { task: 'fetch', kernel, title: `fetching ${label}` };
  stream.emit({ type: 'task-started', ...fetching });
  for (const percent of [10, 40, 80]) {
    stream.emit({ type: 'task-progress', ...fetching, note: `linux-image-${version} ${percent} %` });
    await pause(300);
  }
  stream.emit({ type: 'task-ended', ...fetching, ok: true, durationMs: 8200, note: `linux-image-${version}` });
  const booting = { task: 'boot', kernel, title: `booting ${label}` };
  stream.emit({ type: 'task-started', ...booting });
  await pause(600);
  stream.emit({ type: 'task-ended', ...booting, ok: true, durationMs: 3500 });
}

async function steps(result: CellResult, pause: (ms: number) => Promise<void>): Promise<void> {
  const labels: [string, string][] = [
    ['unbind', 'unbind pmem0'],
    ['signals', 'signals to mappers'],
    ['unmount', 'unmount /mnt'],
  ];
  for (const [index, [step, label]] of labels.entries()) {
    const at = { id: result.id, index, step, label };
    stream.emit({ type: 'step-started', ...at });
    await pause(result.durationMs / 6);
    stream.emit({ type: 'step-ended', ...at, outcome: 'ok', seen: 'as wanted', durationMs: 10 } satisfies RunEventBody);
  }
}
