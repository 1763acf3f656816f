// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { groupSignals, pageRuns, type SignalEvent } from '../../../harness/report/html/signal-groups.ts';

function signal(ms: number, more: Partial<SignalEvent> = {}): SignalEvent {
  return {
    type: 'signal',
    seq: 1,
    ms,
    time: '2026-11-20T10:15:02.000Z',
    id: '6.12 remove/rebind',
    process: 'mappers/1',
    pid: 172,
    tid: 172,
    signo: 7,
    signal: 'SIGBUS',
    code: 'BUS_MCEERR_AO',
    address: '0x7f0000000000',
    lsb: 12,
    ...more,
  };
}

it('puts signals of one kind to one process together, with their pages', () => {
  const signals = [
    signal(1010, { page: 1 }),
    signal(1010, { page: 0, process: 'mappers/2' }),
    signal(1012, { page: 0 }),
    signal(1015, { page: 7 }),
  ];
  expect(groupSignals(signals, 1000, [1000, 1100])).toMatchObject([
    { process: 'mappers/1', atMs: 10, endMs: 15, count: 3, pages: '0-1, 7' },
    { process: 'mappers/2', atMs: 10, endMs: 10, count: 1, pages: '0' },
  ]);
});

it('begins another group in another step, after a pause, and for another kind', () => {
  const counts = (...signals: SignalEvent[]) => groupSignals(signals, 0, [0, 100]).map(({ count }) => count);
  expect(counts(signal(90), signal(110))).toEqual([1, 1]);
  expect(counts(signal(110), signal(611))).toEqual([1, 1]);
  expect(counts(signal(110), signal(111, { code: 'BUS_MCEERR_AR' }))).toEqual([1, 1]);
  expect(counts(signal(110), signal(111, { lsb: 21 }))).toEqual([1, 1]);
  expect(counts(signal(110), signal(610))).toEqual([2]);
});

it('a signal without a page has its address only', () => {
  expect(groupSignals([signal(0)], 0, [0])).toMatchObject([{ pages: '', address: '0x7f0000000000' }]);
});

it('writes pages as runs', () => {
  expect(pageRuns([3, 1, 2, 9, 9])).toBe('1-3, 9');
});
