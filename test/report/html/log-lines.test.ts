// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { clockOfLog } from '../../../harness/report/html/guest-clock.ts';
import { keptLines, logLines } from '../../../harness/report/html/log-lines.ts';

const none = { decisive: new Set<string>(), all: new Set<string>(), hangs: [] };
const unknown = clockOfLog([], [], []);
const stamps = { seq: 1, time: '2026-11-20T10:15:02.000Z', id: 'a cell' };

it('begins when init does, on the clock of the steps', () => {
  const text = [
    '[    0.000000] Linux version 6.12.118',
    '[    4.658388] Run /init as init process',
    '[    5.928768]   with arguments:',
    '[    5.929478]     /init',
    '[    9.250000] XFS (pmem0): Mounting V5 Filesystem',
    '[    0.000000] Linux version 6.12.118',
    '[    0.500000] nd_pmem namespace0.0: unable to guarantee persistence of writes',
    '',
  ].join('\n');
  const clock = clockOfLog(
    [
      { type: 'guest-clock', ms: 1000, uptimeMs: 9000, ...stamps },
      { type: 'guest-clock', ms: 3000, uptimeMs: 1000, ...stamps },
    ],
    [],
    [],
  );
  expect(logLines(text, clock, 1100, none)).toEqual([
    { text: '[    9.250000] XFS (pmem0): Mounting V5 Filesystem', atMs: 150 },
    { text: '[    0.000000] Linux version 6.12.118', atMs: 900 },
    { text: '[    0.500000] nd_pmem namespace0.0: unable to guarantee persistence of writes', atMs: 1400 },
  ]);
});

it('marks what decided, the rest of the report, and alarms', () => {
  const lines = [
    '[    1.000000] BUG: unable',
    '[    1.000001] RAX: 0',
    '[    1.000002] WARNING: CPU: 0',
    '[    1.000003] ok',
  ];
  const reports = { decisive: new Set(lines.slice(0, 1)), all: new Set(lines.slice(0, 2)), hangs: [] };
  expect(logLines(lines.join('\n'), unknown, 0, reports).map(({ mark }) => mark)).toEqual([
    'decides',
    'report',
    'alarm',
    undefined,
  ]);
});

it('marks where the kernel shows the function of a hang in a stack, not where it may be stale', () => {
  const lines = ['[    1.0]  f+0x1/0x2', '[    1.0]  ? f+0x1/0x2', '[    1.0]  ff+0x1/0x2', '[    1.0] f of nothing'];
  const marks = logLines(lines.join('\n'), unknown, 0, { ...none, hangs: ['f'] }).map(({ mark }) => mark);
  expect(marks).toEqual(['decides', undefined, undefined, undefined]);
});

it('leaves out the middle of a long log, not its marked lines, and says how much', () => {
  const middle = 5000;
  const all = keptLines.first + middle + keptLines.last;
  const lines = Array.from({ length: all }, (_, index) => `[    1.000000] line ${index}`);
  lines[1000] = '[    1.000000] BUG: here';
  const kept = logLines(lines.join('\n'), unknown, 0, none);
  expect(kept).toHaveLength(keptLines.first + 1 + keptLines.last);
  expect(kept[keptLines.first]).toEqual({
    text: '[    1.000000] BUG: here',
    mark: 'alarm',
    leftOut: 1000 - keptLines.first,
  });
  expect(kept[keptLines.first + 1]?.leftOut).toBe(middle - (1000 - keptLines.first) - 1);
  expect(kept.reduce((sum, line) => sum + (line.leftOut ?? 0), 0) + kept.length).toBe(all);
});

it('an empty log has no lines', () => {
  expect(logLines('', unknown, 0, none)).toEqual([]);
});
