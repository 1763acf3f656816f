// SPDX-License-Identifier: GPL-2.0-only
// The table of docs/cxl.md: what each injection into a CXL device does, on real kernels. Every entry is what was seen in a guest just now.
//   npx tsx scripts/cxl-table.ts QEMU KERNEL...

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../harness/host/places.ts';
import { parseScenario } from '../harness/scenario/load.ts';
import type { StepContext } from '../harness/scenario/step-context.ts';
import { traceFile } from '../harness/scenario/trace-events.ts';
import { badSectors, call, isMapped, short, signalsOf } from './observed-page.ts';
import { page, routesOnKernels, type Route } from './routes-on-kernels.ts';

const [qemu = 'debian:trixie-backports', ...asked] = process.argv.slice(2);
const kernels = asked.length > 0 ? asked : ['6.12', '7.2'];
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

const event = (kind: string, severity: string): Route => ({
  title: `cxl-event ${kind}, ${severity}`,
  poison: `route: cxl-event, kind: ${kind}, severity: ${severity}`,
});
const routes: Route[] = [
  { title: 'cxl-poison by the device', poison: 'route: cxl-poison' },
  { title: 'cxl-poison by the kernel', poison: 'route: cxl-poison, by: memdev' },
  ...['informational', 'warning', 'failure', 'fatal'].map((severity) => event('general-media', severity)),
  event('dram', 'fatal'),
  event('memory-module', 'fatal'),
  { title: 'cxl-aer correctable', poison: 'route: cxl-aer, kind: correctable' },
  { title: 'cxl-aer uncorrectable', poison: 'route: cxl-aer, kind: uncorrectable' },
  { title: 'hwpoison', poison: 'route: hwpoison' },
  { title: 'madvise', poison: 'route: madvise, processes: consumer' },
  { title: 'mce srao', poison: 'route: mce, kind: srao' },
  { title: 'mce srar', poison: 'route: mce, kind: srar, processes: consumer' },
  { title: 'badblocks', poison: 'route: badblocks' },
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

const { parts, qemuVersion } = await routesOnKernels({ scenario, kernels, qemu, routes, columns, observe }, '###');
const file = path.join(projectRoot, 'docs/cxl.md');
const [before = ''] = readFileSync(file, 'utf8').split(begin);
writeFileSync(
  file,
  [
    `${before}${begin}`,
    '',
    `Written by \`npx tsx scripts/cxl-table.ts ${[qemu, ...kernels].join(' ')}\` (QEMU ${qemuVersion}): page ${page} of a file on fs-dax XFS (reflink, rmapbt, one group)`,
    'that three processes have mapped and read. One guest a row, forked from one checkpoint. The columns are those of [poison-routes.md](poison-routes.md);',
    '*in the trace* has the events of CXL, with `page` where their address is that of the page.',
    '',
    ...parts,
  ].join('\n'),
);
process.exit(0);

async function observe(cell: StepContext): Promise<string[]> {
  const hits = ['consumer/1', 'early/1', 'late/1'].map((name) => signalsOf(cell, name));
  const mapped = await isMapped(cell, 'late/1', page);
  const traced = await traceOf(cell);
  const bad = await badSectors(cell);
  const load = await cell.guest.request('touch', { process: 'late/1', page, pages: 1, how: 'load', seed: 0 });
  const place = { file: '/mnt/data', offset: page * 4096, length: 4096 };
  return [
    traced,
    ...hits,
    mapped ? 'yes' : 'no',
    bad,
    load.hit === undefined ? 'data' : short(load.hit),
    call(await cell.guest.request('pread', place)),
    call(await cell.guest.request('pwrite', { ...place, seed: 200 })),
  ];
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
