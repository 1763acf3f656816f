// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { endOf, excerpt, timelineOf } from '../../../../harness/report/html/page/cell/timeline-entries.ts';
import type { CellDetail } from '../../../../harness/report/html/report-data.ts';

function step(index: number, atMs: number): CellDetail['steps'][number] {
  return { index, step: 'read', label: 'it', outcome: 'ok', seen: '', atMs, durationMs: 10 };
}

const signals = {
  process: 'mappers/1',
  signal: 'SIGBUS',
  code: 'BUS_MCEERR_AO',
  lsb: 12,
  count: 1,
  address: '0x0',
  pages: '',
};
const line = (text: string, atMs?: number) => ({ text, ...(atMs === undefined ? {} : { atMs }) });

const detail: CellDetail = {
  deviations: [],
  steps: [step(0, 0), step(1, 100)],
  signals: [
    { ...signals, atMs: 20, endMs: 30 },
    { ...signals, atMs: 150, endMs: 400 },
  ],
  signalCount: 2,
  qemuEvents: [
    { atMs: -10, event: 'RESUME', about: '' },
    { atMs: 12, event: 'STOP', about: '' },
  ],
  log: [line('before', -5), line('a', 10), line('b', 15), line('c', 25), line('d', 100), line('unplaced')],
  clock: 'recorded',
  evidence: [],
};

it('puts what came between a step and the next under it, in order', () => {
  const { before, entries } = timelineOf(detail);
  const shown = entries.map(({ happenings }) =>
    happenings.map((one) =>
      one.type === 'signals'
        ? one.at
        : one.type === 'qemu'
          ? one.event.event
          : one.lines.map(({ text }) => text).join(''),
    ),
  );
  expect(before).toBe(1);
  expect(shown).toEqual([
    ['a', 'STOP', 'b', 20, 'c'],
    ['d', 150],
  ]);
});

it('a line keeps its place in the log', () => {
  const [first] = timelineOf(detail).entries;
  expect(first?.happenings[0]).toMatchObject({ lines: [{ index: 1 }] });
  expect(first?.happenings[2]).toMatchObject({ lines: [{ index: 2 }] });
});

it('the clock ends with the last of steps and signals', () => {
  expect(endOf(detail)).toBe(400);
  expect(endOf({ steps: [], signals: [] })).toBe(1);
});

it('of many lines it shows those around the first that is marked', () => {
  const lines = Array.from({ length: 20 }, (_, index) => ({
    text: String(index),
    at: index,
    index,
    ...(index === 12 ? { mark: 'decides' as const } : {}),
  }));
  expect(excerpt(lines, 4)).toMatchObject({
    more: 16,
    shown: [{ index: 11 }, { index: 12 }, { index: 13 }, { index: 14 }],
  });
  expect(excerpt(lines.slice(0, 4), 4)).toMatchObject({ more: 0 });
  expect(excerpt(lines.slice(-3), 2).shown).toHaveLength(2);
});
