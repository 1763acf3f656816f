// SPDX-License-Identifier: GPL-2.0-only
// docs/poison-routes.md: the same page poisoned by each route in turn, on real kernels, and what differs. Every entry is
// what was seen in a guest just now.
//   npx tsx scripts/route-table.ts [KERNEL...]

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projectRoot } from '../harness/host/places.ts';
import { dataStart, placeOfPage } from '../harness/poison/target.ts';
import { measureSlowdown } from '../harness/guest/slowdown.ts';
import { contextFor } from '../harness/run/cell.ts';
import { parseScenario, parseStep } from '../harness/scenario/load.ts';
import { planCells, planGuest } from '../harness/scenario/plan.ts';
import { Environment } from '../harness/run/environment.ts';
import { markdownTable } from './markdown-table.ts';
import { badSectors, call, inDirectMap, settled, short, signalsOf } from './observed-page.ts';

const kernels = process.argv.length > 2 ? process.argv.slice(2) : ['6.1', '6.12', '7.2'];
const page = 3;

const scenario = parseScenario(
  `
title: One page, poisoned by every route
machine: ras
stack:
  - namespace: {name: pmem0, mode: fsdax}
  - xfs: {device: pmem0, mount: /mnt, mkfs: {reflink: true, rmapbt: true}}
processes:
  consumer: {file: /mnt/data, pages: 8, touch: read}
  early: {file: /mnt/data, pages: 8, touch: read, early-kill: true}
  late: {file: /mnt/data, pages: 8, touch: read}
steps:
  - data: /mnt/data
`,
  'route-table',
);

/** What poisons the page, and what the consumer does then. */
const routes: { title: string; poison: string; consume?: boolean }[] = [
  { title: 'badblocks', poison: 'route: badblocks' },
  { title: 'ars', poison: 'route: ars' },
  { title: 'hwpoison', poison: 'route: hwpoison' },
  { title: 'madvise', poison: 'route: madvise, processes: consumer' },
  { title: 'mce srao', poison: 'route: mce, kind: srao' },
  { title: 'mce srar', poison: 'route: mce, kind: srar, processes: consumer' },
  { title: 'consume', poison: 'route: consume', consume: true },
  { title: 'ghes nmi', poison: 'route: ghes, notification: nmi' },
  { title: 'einj', poison: 'route: einj, type: uncorrected' },
];

const columns = [
  'route',
  'consumer',
  'early-kill process',
  'late-kill process',
  'still mapped (consumer, early, late)',
  'bad sectors',
  'direct map',
  'next load',
  'pread',
  'aligned pwrite',
  'after it: bad sectors, direct map, pread',
];

const environment = new Environment({
  cells: planCells([scenario], kernels, 1),
  emit: (event) => {
    if (event.type === 'task-ended') console.error(`${event.title}: ${event.ok ? 'done' : 'FAILED'}`);
  },
  cellFolder: () => folder,
  signal: new AbortController().signal,
});
const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-routes-'));
const parts: string[] = [];
for (const spec of kernels) {
  const kernel = await environment.kernels.kernel(spec);
  const rows: string[][] = [];
  for (const route of routes) {
    const row = await observe(spec, route);
    console.error(`${spec} ${row.join(' | ')}`);
    rows.push(row);
  }
  parts.push(`## ${kernel.version}\n`, markdownTable(columns, rows), '');
}
rmSync(folder, { recursive: true });
writeFileSync(
  path.join(projectRoot, 'docs/poison-routes.md'),
  [
    '<!-- SPDX-License-Identifier: GPL-2.0-only -->',
    '# The same page by every route',
    '',
    `Written by \`npx tsx scripts/route-table.ts ${kernels.join(' ')}\` from guests that it booted: an fs-dax XFS (reflink, rmapbt), page`,
    `${page} of a file that three processes have mapped and read. One guest a row, forked from one checkpoint. After the poison: which`,
    'signal each process got, whether the page is still in its page table, the sectors in badblocks, what a new load by the',
    'late-kill process gives, whether the kernel has the page in its direct map, a pread(2) of the page, an aligned pwrite(2) over it, and whether that brought the page back.',
    '',
    ...parts,
  ].join('\n'),
);
process.exit(0);

async function observe(spec: string, route: (typeof routes)[number]): Promise<string[]> {
  const plan = planCells([scenario], [spec], 1)[0];
  if (plan === undefined) throw new Error('no cell');
  const kernel = await environment.kernels.kernel(spec);
  const { checkpoint } = await environment.checkpointAt(plan, kernel, 'processes');
  const prepared = environment.prepared(checkpoint, planGuest(scenario, kernel.version));
  const guest = await environment.checkpoints.fork(checkpoint, path.join(folder, 'console.log'));
  try {
    const cell = contextFor(guest, prepared, kernel.version, await measureSlowdown(guest));
    const step = async (text: string): Promise<string> => {
      const { kind, args } = parseStep(text, scenario);
      cell.startStep(20_000);
      const report = await kind.run(args, cell);
      return report.ok ? 'ok' : report.seen;
    };
    cell.startStep(20_000);
    const base = await placeOfPage(cell.guest, cell.stack, '/mnt/data', page);
    const physical = dataStart(cell.facts, base.device) + base.offset;
    const poisoned = await step(`poison: {page: ${page}, file: /mnt/data, ${route.poison}}`);
    if (poisoned !== 'ok') return [route.title, poisoned, ...columns.slice(2).map(() => '')];
    cell.startStep(20_000);
    if (route.consume === true) {
      await cell.guest.request('touch', { process: 'consumer/1', page, pages: 1, how: 'load', seed: 0 });
    }
    await settled(cell);
    const hits = ['consumer/1', 'early/1', 'late/1'].map((name) => signalsOf(cell, name));
    const mapped: string[] = [];
    for (const name of ['consumer/1', 'early/1', 'late/1']) {
      const { present } = await cell.guest.request('pagemap', { process: name });
      mapped.push(present.some((run) => run.page <= page && page < run.page + run.count) ? 'yes' : 'no');
    }
    const bad = await badSectors(cell);
    const own = await inDirectMap(cell, physical);
    const load = await cell.guest.request('touch', { process: 'late/1', page, pages: 1, how: 'load', seed: 0 });
    const read = await cell.guest.request('pread', { file: '/mnt/data', offset: page * 4096, length: 4096 });
    const write = await cell.guest.request('pwrite', {
      file: '/mnt/data',
      offset: page * 4096,
      length: 4096,
      seed: 200,
    });
    const badAfter = await badSectors(cell);
    const ownAfter = await inDirectMap(cell, physical);
    const again = await cell.guest.request('pread', { file: '/mnt/data', offset: page * 4096, length: 4096 });
    return [
      route.title,
      ...hits,
      mapped.join(', '),
      bad,
      own,
      load.hit === undefined ? 'data' : short(load.hit),
      call(read),
      call(write),
      `${badAfter}, ${ownAfter}, ${call(again)}`,
    ];
  } catch (error) {
    return [
      route.title,
      `the guest ended: ${(error as Error).message.split('\n')[0] ?? ''}`,
      ...columns.slice(2).map(() => ''),
    ];
  } finally {
    await guest.end();
  }
}
