// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import stringWidth from 'string-width';
import { cellLine, columnsFor, isWorthALine, messageLine, taskLine } from '../../harness/report/lines.ts';
import { plainStyle, terminalStyle } from '../../harness/report/style.ts';
import type { CellResult } from '../../harness/results/events.ts';
import { bodiesOf, ended, oops, planned, spin, stamped, wraps } from '../results/story.ts';

const cells = ['remove/rebind', 'poison/load'].map((scenario) => planned(scenario, 'debian:7.2'));
const [rebind = planned('', '')] = cells;
const [start] = stamped(bodiesOf({ kernels: ['debian:7.2'], cells, results: [] }));
if (start?.type !== 'run-started') throw new Error('a story without a start');
const columns = columnsFor(start);
const line = (more: Partial<CellResult>, width = 100) => cellLine(ended(rebind, more), columns, plainStyle, width);

test('columns are as wide as what is planned, within bounds', () => {
  expect(columns).toEqual({ kernel: 3, scenario: 13 });
  expect(columnsFor({ ...start, kernels: ['tree:/src/a-tree-with-a-long-name'] }).kernel).toBe(16);
});

test('a verdict with its reason', () => {
  expect(line({})).toBe('pass     7.2  remove/rebind    0.8 s');
  expect(line(oops)).toBe(
    'CRASH    7.2  remove/rebind    0.8 s  BUG: kernel NULL pointer dereference in dax_disassociate_entry',
  );
  expect(line({ ...spin, expected: true, known: wraps })).toMatch(/^hang {5}.* known: blockcount wraps/);
  expect(line({ verdict: 'error', why: 'QEMU was killed' })).toMatch(/^ERROR {4}.* QEMU was killed$/);
  expect(line({ verdict: 'unbuilt', why: 'no' })).toMatch(/^UNBUILT {2}7\.2/);
  expect(line({ verdict: 'skip', why: 'too old' })).toMatch(/^skip .* too old$/);
  expect(line({ knownButPassed: wraps })).toMatch(/^pass .* passed, although a known issue is recorded$/);
});

test('the reason is cut at the right edge; where nothing fits, the columns go', () => {
  for (const width of [80, 60, 40, 20]) expect(stringWidth(line(oops, width))).toBeLessThanOrEqual(width);
  expect(line(oops, 30)).toBe('CRASH 7.2 remove/rebind');
});

test('tasks: failures always, successes when they took long', () => {
  const task = { seq: 1, ms: 0, time: '', type: 'task-ended', task: 'boot', title: 'boot 7.2', ok: true } as const;
  expect([isWorthALine({ ...task, durationMs: 2999 }), isWorthALine({ ...task, durationMs: 3000 })]).toEqual([
    false,
    true,
  ]);
  expect(isWorthALine({ ...task, ok: false, durationMs: 1 })).toBe(true);
  expect(taskLine({ ...task, durationMs: 3500 }, plainStyle, 80)).toBe('boot 7.2, 3.5 s');
  expect(taskLine({ ...task, ok: false, durationMs: 1, note: 'no such file' }, plainStyle, 80)).toBe(
    'FAILED  boot 7.2: no such file',
  );
});

test('messages have their level, and cannot control the terminal', () => {
  const message = { seq: 1, ms: 0, time: '', type: 'message', text: 'x\u001b[2J' } as const;
  expect(messageLine({ ...message, level: 'info' }, plainStyle)).toBe('x\\x1b[2J');
  expect(messageLine({ ...message, level: 'warning' }, plainStyle)).toBe('warning: x\\x1b[2J');
  const colored = terminalStyle({ colors: true, symbols: false });
  const error = messageLine({ ...message, level: 'error' }, plainStyle);
  expect(messageLine({ ...message, level: 'error' }, colored)).toBe(colored.paint('error', error));
});
