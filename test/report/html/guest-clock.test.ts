// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { clockOfLog, type ClockEvent } from '../../../harness/report/html/guest-clock.ts';
import type { SignalEvent } from '../../../harness/report/html/signal-groups.ts';

const stamps = { seq: 1, time: '2026-11-20T10:15:02.000Z', id: '6.12 remove/rebind' };

function clock(ms: number, uptimeMs: number): ClockEvent {
  return { type: 'guest-clock', ms, uptimeMs, ...stamps };
}

function signal(ms: number, tid: number): SignalEvent {
  const about = {
    process: 'mappers/1',
    pid: tid,
    tid,
    signo: 7,
    signal: 'SIGBUS',
    code: 'BUS_MCEERR_AO',
    address: '0x0',
    lsb: 12,
  };
  return { type: 'signal', ms, ...about, ...stamps };
}

const line = (time: string, tid: number): string =>
  `[    ${time}] Memory failure: 0x101221: Sending SIGBUS to mappers/1:${tid} due to hardware memory corruption`;

it('takes the clock that was recorded, after each boot its own', () => {
  const { how, toRun } = clockOfLog([clock(1000, 9000), clock(20_000, 500)], [], []);
  expect([how, toRun(9500, 0), toRun(600, 1), toRun(0, 2)]).toEqual(['recorded', 1500, 20_100, undefined]);
});

it('takes the smallest delay of a signal when no clock was recorded', () => {
  const lines = [line('9.784683', 173), line('9.790000', 173), line('9.800000', 174)];
  const { how, toRun } = clockOfLog([], [signal(5030.683, 173), signal(5010, 174)], lines);
  expect(how).toBe('by signals');
  // 174: logged at 9800, heard at 5010; 173: logged at 9784.683, heard at 5030.683.
  expect(toRun(9800, 0)).toBeCloseTo(5010);
  expect(toRun(100, 1)).toBeUndefined();
});

it('places nothing when nothing is known', () => {
  const { how, toRun } = clockOfLog([], [signal(5010, 1)], [line('9.784683', 2)]);
  expect([how, toRun(9784, 0)]).toEqual(['unknown', undefined]);
});
