// SPDX-License-Identifier: GPL-2.0-only
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test, vi } from 'vitest';
import { plainStyle } from '../../harness/report/style.ts';
import { PlainTerminal } from '../../harness/report/terminal-plain.ts';
import type { RunEventBody } from '../../harness/results/events.ts';
import { EventStream } from '../../harness/results/stream.ts';
import { bodiesOf, designStory, StoryClock } from '../results/story.ts';

test('without a terminal: a line for each thing that ended, with the time, then the report', async () => {
  const out = new PassThrough();
  const stream = new EventStream(new StoryClock());
  stream.add(new PlainTerminal(out, plainStyle, 100));
  const boot = { task: 'boot', kernel: 'debian:6.12', title: 'booting 6.12' };
  const [start, ...rest] = bodiesOf(designStory());
  if (start === undefined) throw new Error('an empty story');
  stream.emit(start);
  stream.emit({ type: 'task-started', ...boot });
  stream.emit({ type: 'task-ended', ...boot, ok: false, durationMs: 10, note: 'no such file' });
  stream.emit({ type: 'message', level: 'warning', text: 'slow\u001b[2J' });
  for (const body of rest) stream.emit(body);
  await stream.close();
  out.end();
  const printed = (await text(out)).replaceAll(/^\d\d:\d\d:\d\d/gm, 'hh:mm:ss');
  expect(printed.slice(0, printed.indexOf('\n\n'))).toMatchInlineSnapshot(`
    "hh:mm:ss  hazmat: 4 scenarios on 6.1, 6.12, 7.2: 12 cells
    hh:mm:ss  /results/2026-11-20T10-15-02-design/
    hh:mm:ss  FAILED  booting 6.12: no such file
    hh:mm:ss  warning: slow\\x1b[2J
    hh:mm:ss  CRASH    6.1   remove/shared-mappers         3.1 s  BUG: kernel NULL pointer dereference in dax_disassociate_entry
    hh:mm:ss  pass     6.12  remove/shared-mappers         0.8 s
    hh:mm:ss  hang     7.2   remove/shared-mappers          12 s  known: blockcount wraps in xfs_dax_notify_dev_failure() for every AG but the last
    hh:mm:ss  CRASH    6.1   remove/rebind                 3.1 s  BUG: kernel NULL pointer dereference in dax_disassociate_entry
    hh:mm:ss  pass     6.12  remove/rebind                 0.8 s
    hh:mm:ss  hang     7.2   remove/rebind                  12 s  known: blockcount wraps in xfs_dax_notify_dev_failure() for every AG but the last
    hh:mm:ss  pass     6.1   poison/load                   0.8 s
    hh:mm:ss  pass     6.12  poison/load                   0.8 s
    hh:mm:ss  pass     7.2   poison/load                   0.8 s
    hh:mm:ss  skip     6.1   mapper/unbind-under-linear    0.8 s  needs dax_holder_operations, new in 6.0
    hh:mm:ss  fail     6.12  mapper/unbind-under-linear    0.8 s  known: device-mapper forwards no MF_MEM_PRE_REMOVE to the filesystem above
    hh:mm:ss  fail     7.2   mapper/unbind-under-linear    0.8 s  known: device-mapper forwards no MF_MEM_PRE_REMOVE to the filesystem above"
  `);
  expect(printed).toMatch(/UNEXPECTED[^]*2 UNEXPECTED, 5 pass, 4 known, 1 skip in 2m 13s; \S+-design\/\n$/);
});

test('without a terminal a long task gets a line once a minute', async () => {
  const out = new PassThrough();
  const reporter = new PlainTerminal(out, plainStyle, 100);
  const build = { task: 'kernel 7.2', kernel: 'source:7.2', title: 'get source:7.2' };
  const at = (seconds: number): string => new Date(Date.UTC(2026, 10, 20) + seconds * 1000).toISOString();
  reporter.onEvent({ seq: 0, ms: 0, time: at(0), type: 'task-started', ...build });
  for (let seconds = 10; seconds <= 150; seconds += 10) {
    reporter.onEvent({
      seq: seconds,
      ms: seconds * 1000,
      time: at(seconds),
      type: 'task-progress',
      ...build,
      note: `building: ${seconds}`,
    });
  }
  out.end();
  expect((await text(out)).replaceAll(/^\d\d:/gm, 'hh:')).toBe(
    'hh:01:00  get source:7.2: building: 60\nhh:02:00  get source:7.2: building: 120\n',
  );
});

test('without a terminal a long run says once a minute how far it is', async () => {
  const out = new PassThrough();
  const clock = new StoryClock();
  const stream = new EventStream(clock);
  stream.add(new PlainTerminal(out, plainStyle, 100));
  const story = designStory();
  const cells = story.cells.map((cell) => ({ ...cell, expectedMs: 50_000 }));
  const results = story.results.map((result) => ({ ...result, expectedMs: 50_000, durationMs: 25_000 }));
  for (const body of bodiesOf({ ...story, cells, results })) {
    if (body.type === 'cell-ended') clock.forward(25_000);
    stream.emit(body);
  }
  await stream.close();
  out.end();
  const lines = (await text(out)).split('\n').flatMap((line) => /\d+ of 12 cells.*/.exec(line) ?? []);
  expect(lines).toEqual(['3', '6', '9'].map((n) => `${n} of 12 cells, about ${leftFor[n] ?? ''} left`));
});

const leftFor: Record<string, string> = { 3: '3m 45s', 6: '2m 30s', 9: '1m 15s' };

test('without a terminal a step that does not end gets a line once a minute', async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 20) });
  try {
    const out = new PassThrough();
    const reporter = new PlainTerminal(out, plainStyle, 100);
    const [start] = bodiesOf(designStory());
    if (start?.type !== 'run-started') throw new Error('an empty story');
    const [cell, other] = start.cells;
    if (cell === undefined || other === undefined) throw new Error('no cells');
    const emit = (body: RunEventBody): void => {
      const ms = Date.now() - Date.UTC(2026, 10, 20);
      reporter.onEvent({ seq: ms, ms, time: new Date().toISOString(), ...body });
    };
    emit(start);
    emit({ type: 'cell-started', id: cell.id });
    vi.advanceTimersByTime(50_000);
    emit({ type: 'step-started', id: cell.id, index: 2, step: 'bind', label: 'bind\u001b[2J region0' });
    emit({ type: 'cell-started', id: other.id });
    vi.advanceTimersByTime(130_000);
    emit({ type: 'step-started', id: cell.id, index: 3, step: 'mount', label: 'mount /mnt' });
    vi.advanceTimersByTime(59_000);
    reporter.close();
    vi.advanceTimersByTime(600_000);
    out.end();
    const lines = (await text(out)).split('\n').filter((line) => line.includes('so far'));
    expect(lines.map((line) => line.slice('hh:mm:ss  '.length))).toEqual([
      `${cell.scenario} on 6.1: 3. bind\\x1b[2J region0, 1m 10s so far`,
      `${cell.scenario} on 6.1: 3. bind\\x1b[2J region0, 2m 10s so far`,
    ]);
  } finally {
    vi.useRealTimers();
  }
});
