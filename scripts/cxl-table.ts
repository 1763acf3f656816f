// SPDX-License-Identifier: GPL-2.0-only
// The table of docs/cxl.md: what each injection into a CXL device does, on real kernels. Every entry is what was seen in a guest just now.
//   npx tsx scripts/cxl-table.ts QEMU KERNEL...

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { measureSlowdown } from '../harness/guest/slowdown.ts';
import { projectRoot } from '../harness/host/places.ts';
import { contextFor } from '../harness/run/cell.ts';
import { Environment } from '../harness/run/environment.ts';
import { parseScenario, parseStep } from '../harness/scenario/load.ts';
import { planCells, planGuest } from '../harness/scenario/plan.ts';
import type { StepContext } from '../harness/scenario/step-context.ts';
import { traceFile } from '../harness/scenario/trace-events.ts';
import { markdownTable } from './markdown-table.ts';
import { badSectors, call, settled, short, signalsOf } from './observed-page.ts';

const [qemu = 'debian:trixie-backports', ...asked] = process.argv.slice(2);
const kernels = asked.length > 0 ? asked : ['6.12', '7.2'];
const page = 3;
const begin = '<!-- written by scripts/cxl-table.ts -->';

const scenario = parseScenario(
  `
title: One page of CXL memory, by every route
machine: cxl
stack:
  - cxl-region: {name: region0}
  - namespace: {name: pmem0, mode: fsdax}
  - xfs: {device: pmem0, mount: /mnt, mkfs: {reflink: true, rmapbt: true, agcount: 1}}
processes:
  consumer: {file: /mnt/data, pages: 8, touch: read}
  early: {file: /mnt/data, pages: 8, touch: read, early-kill: true}
  late: {file: /mnt/data, pages: 8, touch: read}
steps:
  - data: /mnt/data
`,
  'cxl-table',
);

const event = (kind: string, severity: string): [string, string] => [
  `cxl-event ${kind}, ${severity}`,
  `route: cxl-event, kind: ${kind}, severity: ${severity}`,
];
const routes: [title: string, poison: string][] = [
  ['cxl-poison by the device', 'route: cxl-poison'],
  ['cxl-poison by the kernel', 'route: cxl-poison, by: memdev'],
  ...['informational', 'warning', 'failure', 'fatal'].map((severity) => event('general-media', severity)),
  event('dram', 'fatal'),
  event('memory-module', 'fatal'),
  ['cxl-aer correctable', 'route: cxl-aer, kind: correctable'],
  ['cxl-aer uncorrectable', 'route: cxl-aer, kind: uncorrectable'],
  ['hwpoison', 'route: hwpoison'],
  ['madvise', 'route: madvise, processes: consumer'],
  ['mce srao', 'route: mce, kind: srao'],
  ['mce srar', 'route: mce, kind: srar, processes: consumer'],
  ['badblocks', 'route: badblocks'],
];

const columns = [
  'injection',
  'in the trace',
  'consumer',
  'early-kill process',
  'late-kill process',
  'late process still maps it',
  'bad sectors',
  'next load',
  'pread',
  'aligned pwrite',
];

const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-cxl-'));
const environment = new Environment({
  cells: planCells([scenario], kernels, 1),
  emit: (happened) => {
    if (happened.type === 'task-ended') console.error(`${happened.title}: ${happened.ok ? 'done' : 'FAILED'}`);
  },
  cellFolder: () => folder,
  signal: new AbortController().signal,
  qemu,
});

const parts: string[] = [];
for (const spec of kernels) {
  const kernel = await environment.kernels.kernel(spec);
  const rows: string[][] = [];
  for (const [title, poison] of routes) {
    rows.push(await observe(spec, title, poison));
    console.error(`${spec} ${rows.at(-1)?.join(' | ') ?? ''}`);
  }
  parts.push(`### ${kernel.version}\n`, markdownTable(columns, rows), '');
}
rmSync(folder, { recursive: true });
const file = path.join(projectRoot, 'docs/cxl.md');
const [before = ''] = readFileSync(file, 'utf8').split(begin);
const { version } = await environment.qemu(await environment.kernels.kernel(kernels[0] ?? ''));
writeFileSync(
  file,
  [
    `${before}${begin}`,
    '',
    `Written by \`npx tsx scripts/cxl-table.ts ${[qemu, ...kernels].join(' ')}\` (QEMU ${version}): page ${page} of a file on fs-dax XFS (reflink, rmapbt, one group)`,
    'that three processes have mapped and read. One guest a row, forked from one checkpoint. The columns are those of [poison-routes.md](poison-routes.md);',
    '*in the trace* has the events of CXL, with `page` where their address is that of the page.',
    '',
    ...parts,
  ].join('\n'),
);
process.exit(0);

async function observe(spec: string, title: string, poison: string): Promise<string[]> {
  const [plan] = planCells([scenario], [spec], 1);
  if (plan === undefined) throw new Error('no cell');
  const kernel = await environment.kernels.kernel(spec);
  const held = await environment.checkpointAt(plan, kernel, 'processes');
  const prepared = environment.prepared(held.checkpoint, planGuest(scenario, kernel.version));
  const guest = await environment.checkpoints.fork(held.checkpoint, path.join(folder, 'console.log'));
  const rest = columns.slice(2).map(() => '');
  try {
    const cell = contextFor(guest, prepared, kernel.version, await measureSlowdown(guest));
    const { kind, args } = parseStep(`poison: {page: ${page}, file: /mnt/data, ${poison}}`, scenario);
    cell.startStep(20_000);
    const report = await kind.run(args, cell);
    if (!report.ok) return [title, report.seen, ...rest];
    cell.startStep(60_000);
    await settled(cell);
    const hits = ['consumer/1', 'early/1', 'late/1'].map((name) => signalsOf(cell, name));
    const { present } = await cell.guest.request('pagemap', { process: 'late/1' });
    const isMapped = present.some((run) => run.page <= page && page < run.page + run.count);
    const traced = await traceOf(cell);
    const bad = await badSectors(cell);
    const load = await cell.guest.request('touch', { process: 'late/1', page, pages: 1, how: 'load', seed: 0 });
    const place = { file: '/mnt/data', offset: page * 4096, length: 4096 };
    return [
      title,
      traced,
      ...hits,
      isMapped ? 'yes' : 'no',
      bad,
      load.hit === undefined ? 'data' : short(load.hit),
      call(await cell.guest.request('pread', place)),
      call(await cell.guest.request('pwrite', { ...place, seed: 200 })),
    ];
  } catch (error) {
    return [title, `the guest ended: ${(error as Error).message.split('\n')[0] ?? ''}`, ...rest];
  } finally {
    await guest.end();
    held.done();
  }
}

/** The events of CXL, by name, and whether the page is in them. */
async function traceOf({ guest, poisoned }: StepContext): Promise<string> {
  const { data } = await guest.request('read', { path: traceFile });
  // Some events print addresses with 0x, some without.
  const address = new RegExp(`\\bhpa=(0x)?${(poisoned[0]?.physical ?? 0).toString(16)}\\b`);
  const events = [...data.matchAll(/: (cxl_\w+): (.*)/g)].map(
    ([, name = '', fields = '']) => `${name}${address.test(fields) ? ', page' : ''}`,
  );
  return events.length === 0 ? '-' : [...new Set(events)].join('; ');
}
