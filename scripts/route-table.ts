// SPDX-License-Identifier: GPL-2.0-only
// docs/poison-routes.md: the same page poisoned by each route in turn, on real kernels, and what differs. Every entry is
// what was seen in a guest just now.
//   npx tsx scripts/route-table.ts [KERNEL...]

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../harness/host/places.ts';
import { dataStart, placeOfPage } from '../harness/poison/target.ts';
import { parseScenario } from '../harness/scenario/load.ts';
import type { StepContext } from '../harness/scenario/step-context.ts';
import { badSectors, call, inDirectMap, isMapped, short, signalsOf } from './observed-page.ts';
import { page, routesOnKernels, type Route } from './routes-on-kernels.ts';

const kernels = process.argv.length > 2 ? process.argv.slice(2) : ['6.1', '6.12', '7.2'];

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
const routes: (Route & { consume?: boolean })[] = [
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

const { parts } = await routesOnKernels(
  {
    ...{ scenario, kernels, routes, columns, observe },
    async consume({ guest }, { consume }) {
      if (consume === true)
        await guest.request('touch', { process: 'consumer/1', page, pages: 1, how: 'load', seed: 0 });
    },
  },
  '##',
);
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

async function observe(cell: StepContext): Promise<string[]> {
  const base = await placeOfPage(cell.guest, cell.stack, '/mnt/data', page);
  const physical = dataStart(cell.facts, base.device) + base.offset;
  const names = ['consumer/1', 'early/1', 'late/1'];
  const hits = names.map((name) => signalsOf(cell, name));
  const mapped: string[] = [];
  for (const name of names) mapped.push((await isMapped(cell, name, page)) ? 'yes' : 'no');
  const bad = await badSectors(cell);
  const own = await inDirectMap(cell, physical);
  const load = await cell.guest.request('touch', { process: 'late/1', page, pages: 1, how: 'load', seed: 0 });
  const place = { file: '/mnt/data', offset: page * 4096, length: 4096 };
  const read = await cell.guest.request('pread', place);
  const write = await cell.guest.request('pwrite', { ...place, seed: 200 });
  const badAfter = await badSectors(cell);
  const ownAfter = await inDirectMap(cell, physical);
  const again = await cell.guest.request('pread', place);
  return [
    ...hits,
    mapped.join(', '),
    bad,
    own,
    load.hit === undefined ? 'data' : short(load.hit),
    call(read),
    call(write),
    `${badAfter}, ${ownAfter}, ${call(again)}`,
  ];
}
