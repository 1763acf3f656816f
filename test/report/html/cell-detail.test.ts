// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { cellDetail, eventsByCell } from '../../../harness/report/html/cell-detail.ts';
import { cellDetailSchema } from '../../../harness/report/html/report-data.ts';
import type { RunEventBody } from '../../../harness/results/events.ts';
import { oops, stamped } from '../../results/story.ts';

const id = '6.12 remove/rebind';
const about = { id, index: 0, step: 'unbind', label: 'pmem0' };
const bodies: RunEventBody[] = [
  { type: 'cell-started', id },
  { type: 'guest-clock', id, uptimeMs: 9000 },
  { type: 'step-started', ...about },
  {
    type: 'step-ended',
    ...about,
    outcome: 'deviates',
    wanted: 'it returns',
    seen: 'it did not',
    notes: ['why'],
    durationMs: 900,
  },
  { type: 'step-started', ...about, index: 1, step: 'mount', label: '/mnt' },
];
const events = eventsByCell(stamped(bodies)).get(id);

it('puts steps and the kernel log on one clock', () => {
  if (events === undefined) throw new Error('no events');
  // The first step began a second after the clock showed 9 s.
  const texts = new Map([
    ['dmesg.txt', '[   10.500000] XFS (pmem0): Unmounting\n'],
    ['qemu.txt', 'qemu-system-x86_64 -m 512M\n'],
  ]);
  const detail = cellDetail(events, { deviations: oops.deviations }, texts, { withLog: true });
  expect(cellDetailSchema.parse(detail)).toEqual(detail);
  expect(detail).toMatchObject({
    clock: 'recorded',
    qemu: 'qemu-system-x86_64 -m 512M',
    log: [{ text: '[   10.500000] XFS (pmem0): Unmounting', atMs: 500 }],
    steps: [
      {
        index: 0,
        atMs: 0,
        outcome: 'deviates',
        wanted: 'it returns',
        seen: 'it did not',
        notes: ['why'],
        durationMs: 900,
      },
      { index: 1, atMs: 2000, seen: 'the run ended during this step' },
    ],
  });
  expect(detail.steps[1]?.outcome).toBeUndefined();
});

it('has the events of QEMU, and of a cell that started again only the last start', () => {
  const again: RunEventBody[] = [
    { type: 'cell-started', id },
    { type: 'step-started', ...about },
    { type: 'qemu-event', id, event: 'STOP' },
    { type: 'cell-retried', id, firstTry: { why: 'QEMU ended', durationMs: 3, folder: 'first-try' } },
    { type: 'cell-started', id },
    { type: 'step-started', ...about },
    { type: 'qemu-event', id, event: 'RESET', data: { guest: true, flags: { recursive: false } } },
  ];
  const own = eventsByCell(stamped(again)).get(id);
  if (own === undefined) throw new Error('no events');
  const detail = cellDetail(own, undefined, new Map(), { withLog: false });
  expect(detail.steps).toHaveLength(1);
  expect(detail.qemuEvents).toEqual([{ atMs: 1000, event: 'RESET', about: 'guest: true, recursive: false' }]);
});

it('leaves the log and the command out where they are not wanted', () => {
  if (events === undefined) throw new Error('no events');
  const texts = new Map([
    ['dmesg.txt', '[   10.500000] XFS'],
    ['qemu.txt', 'qemu'],
  ]);
  const detail = cellDetail(events, undefined, texts, { withLog: false });
  expect([detail.log, detail.qemu, detail.deviations]).toEqual([undefined, undefined, []]);
});
