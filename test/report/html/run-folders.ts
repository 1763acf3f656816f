// SPDX-License-Identifier: GPL-2.0-only
// Runs in folders, as hazmat leaves them, for reports that a browser opens: told in test/results/story.ts, with steps and files.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeReports } from '../../../harness/report/write-reports.ts';
import type { CellResult, PlannedCell, RunEventBody } from '../../../harness/results/events.ts';
import { RunFolder } from '../../../harness/results/run-folder.ts';
import type { RunRecord } from '../../../harness/results/run-record.ts';
import { bodiesOf, ended, planned, stamped, type Story } from '../../results/story.ts';

interface Told extends Story {
  /** As in run.json; a comparison is known by it. */
  command?: string;
  variants?: RunRecord['variants'];
  /** What happens between the start and the end of a cell. */
  steps?: (cell: PlannedCell) => RunEventBody[];
  texts?: ((cell: PlannedCell) => Record<string, string>) | undefined;
  /** Of November 2026. */
  day?: number;
}

/** Writes a run into a folder of results; returns its folder. */
export async function writeRun(results: string, told: Told): Promise<string> {
  const { steps = () => [], day = 20 } = told;
  const folder = await RunFolder.create(results, told.name ?? 'told', writeReports, {
    now: new Date(Date.UTC(2026, 10, day, 2)),
  });
  const cells = new Map(told.cells.map((cell) => [cell.id, cell]));
  const bodies = bodiesOf(told).flatMap((body): RunEventBody[] => {
    const cell = body.type === 'cell-started' ? cells.get(body.id) : undefined;
    if (body.type === 'run-started') {
      return [
        {
          ...body,
          ...{ name: path.basename(folder.path), folder: folder.path, command: told.command ?? body.command },
          ...(told.variants === undefined ? {} : { variants: told.variants }),
        },
      ];
    }
    return cell === undefined ? [body] : [body, ...steps(cell)];
  });
  for (const event of stamped(bodies)) {
    const time = new Date(new Date(event.time).getTime() + (day - 20) * 86_400_000).toISOString();
    folder.onEvent({ ...event, time });
  }
  for (const cell of told.cells) {
    for (const [name, text] of Object.entries(told.texts?.(cell) ?? {})) {
      const at = path.join(folder.path, cell.folder);
      mkdirSync(at, { recursive: true });
      writeFileSync(path.join(at, name), text);
    }
  }
  folder.close();
  return folder.path;
}

/** The steps of a removal; on a kernel that crashes, the last one does not end well. */
export function removal({ id }: PlannedCell, crashes: boolean): RunEventBody[] {
  const begun = (index: number, step: string, label: string) => ({ id, index, step, label });
  const step = (about: ReturnType<typeof begun>, seen: string, outcome: 'ok' | 'ended' = 'ok'): RunEventBody[] => {
    const wanted = outcome === 'ok' ? {} : { wanted: `${about.step} ${about.label} succeeds` };
    return [
      { type: 'step-started', ...about },
      { type: 'step-ended', ...about, outcome, seen, ...wanted, durationMs: 800 },
    ];
  };
  const [begins, ...ends] = step(begun(0, 'unbind', 'pmem0'), 'pmem0 unbound in 94 ms');
  const signal = { process: 'mappers/1', pid: 172, tid: 172, signo: 7, signal: 'SIGBUS', code: 'BUS_MCEERR_AO' };
  return [
    { type: 'guest-clock', id, uptimeMs: 8000 },
    ...(begins === undefined ? [] : [begins]),
    ...[0, 1, 2].map((page): RunEventBody => ({ type: 'signal', id, ...signal, address: '0x7f00', lsb: 12, page })),
    ...ends,
    ...step(begun(1, 'mappings', 'mappers: no pages'), '0 pages present'),
    ...(crashes
      ? step(begun(2, 'unmount', '/mnt'), 'the kernel crashed', 'ended')
      : step(begun(2, 'unmount', '/mnt'), '/mnt unmounted')),
  ];
}

const report = [
  'BUG: kernel NULL pointer dereference, address: 0000000000000034',
  '#PF: supervisor read access in kernel mode',
  'RIP: 0010:dax_disassociate_entry+0x7e/0xb0',
  'RAX: 0000000000000000 RBX: 0000000000141400 RCX: 0000000000141201',
  'RDX: 0000000000141200 RSI: 0000000000141200 RDI: 0000000000000000',
  'RBP: ff498fbf815332a8 R08: 0000000000000001 R09: 0000000000000000',
  'Call Trace:',
  ' <TASK>',
  ' __dax_invalidate_entry+0x9e/0x1b0',
  ' evict_inodes+0x19c/0x240',
  '---[ end trace 0000000000000000 ]---',
].map((line, index) => `[   16.5000${String(index).padStart(2, '0')}] ${line}`);

/** A kernel log of 1200 lines with a crash near its end, and the report of that crash. */
export function crashTexts(): Record<string, string> {
  const log = Array.from(
    { length: 1180 },
    (_, index) => `[    9.${String(100_000 + index)}] XFS (pmem0): line ${index}`,
  );
  const title = 'BUG: kernel NULL pointer dereference in dax_disassociate_entry';
  return {
    'dmesg.txt': `${[...log, ...report, '[   16.600000] note: umount[180] exited'].join('\n')}\n`,
    'crash.txt': `${[title, 'null-deref:dax_disassociate_entry:8d919d61', '', ...report].join('\n')}\n`,
    'qemu.txt': 'qemu-system-x86_64 -m 512M\n',
  };
}

const addedLines = [
  { file: 'fs/dax.c', line: 380, text: '\tif (!mapping)', code: true },
  { file: 'fs/dax.c', line: 381, text: '\t\treturn -EIO; /* <b>bold</b> */', code: true },
  { file: 'fs/dax.c', line: 382, text: '\t/* why */', code: false },
];

/** With the series, only removal executes a line of it. */
function coverageIn({ scenario, kernel }: PlannedCell): Partial<CellResult> {
  const executed = scenario.startsWith('remove/') ? [0] : [];
  return kernel.endsWith('+fix') ? { coverage: { executed, perhaps: [] } } : {};
}

/** A run of hazmat compare: shared-mappers crashes on base and passes with the patch, another scenario does the same on both. */
export function comparedStory(): Told {
  const kernels = ['debian:7.2', 'debian:7.2+fix'];
  const names = ['poison/load', 'remove/shared-mappers'];
  const cells = names.flatMap((name) => kernels.map((kernel) => planned(name, kernel)));
  const crashes = (cell: PlannedCell): boolean => cell.scenario.startsWith('remove/') && cell.kernel === 'debian:7.2';
  const title = 'BUG: kernel NULL pointer dereference in dax_disassociate_entry';
  const deviation = {
    kind: 'crash' as const,
    step: 'unmount',
    stepIndex: 2,
    title,
    function: 'dax_disassociate_entry',
  };
  const late: Partial<CellResult> = { verdict: 'crash', why: title, deviations: [deviation] };
  return {
    name: 'compare-7.2-fix',
    command: 'npx hazmat compare --base 7.2 --series fix',
    kernels,
    cells,
    results: cells.map((cell) => ended(cell, crashes(cell) ? late : coverageIn(cell))),
    changed: { 'debian:7.2+fix': { lines: addedLines, notes: [] } },
    steps: (cell) => removal(cell, crashes(cell)),
    texts: (cell) =>
      crashes(cell) ? crashTexts() : { 'dmesg.txt': '[    9.000000] XFS (pmem0): Unmounting Filesystem\n' },
  };
}
