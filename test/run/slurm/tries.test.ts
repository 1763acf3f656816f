// SPDX-License-Identifier: GPL-2.0-only
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { RunFolder } from '../../../harness/results/run-folder.ts';
import { EventTail } from '../../../harness/run/slurm/tail.ts';
import { carryOver, endTry, isComplete, newestRun, nextTry, triesOf } from '../../../harness/run/slurm/tries.ts';
import { writeReports } from '../../../harness/report/write-reports.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { bodiesOf, ended, planned, stamped } from '../../results/story.ts';

const cells = ['a', 'b'].map((name) => planned(name, '6.12'));
const events = stamped(bodiesOf({ name: 'part', kernels: ['6.12'], cells, results: cells.map((cell) => ended(cell)) }));
const facts = { job: '12', restarts: 0, node: 'n1', started: '2026-11-20T10:15:02.000Z' };

test('a lost try is carried over into the next one, and goes on there', async () => {
  const part = temporaryFolder();
  expect(newestRun(part)).toBeUndefined();
  const first = nextTry(part, facts);
  const lost = await RunFolder.create(first.folder, 'part', writeReports);
  const cut = events.findIndex(({ type }) => type === 'cell-ended') + 1;
  for (const event of events.slice(0, cut)) lost.onEvent(event);

  const before = newestRun(part);
  expect(before).toMatchObject({ number: 1, facts, end: undefined });
  expect(isComplete({ run: before?.run })).toBe(false);
  const second = nextTry(part, { ...facts, restarts: 1, node: 'n2' });
  const copy = carryOver(before?.run ?? '', second.folder);
  // It counts only when it has gone on.
  expect(newestRun(part)?.number).toBe(1);
  const { folder, events: known } = await RunFolder.resume(copy, writeReports);
  expect(known).toHaveLength(cut);
  for (const event of events.slice(cut)) folder.onEvent(event);
  folder.close();
  endTry(second.folder, { exitCode: 0 });
  expect(newestRun(part)).toMatchObject({ number: 2, end: { exitCode: 0 } });
  expect(isComplete({ run: newestRun(part)?.run })).toBe(true);
  expect(triesOf(part).map(({ number }) => number)).toEqual([1, 2]);
});

test('the tail of a run gives each event once, and no half of one', () => {
  const file = path.join(temporaryFolder(), 'events.jsonl');
  const tail = new EventTail(file);
  expect(tail.read()).toEqual([]);
  const lines = events.map((event) => `${JSON.stringify(event)}\n`);
  writeFileSync(file, `${lines[0] ?? ''}${lines[1]?.slice(0, 20) ?? ''}`);
  expect(tail.read()).toEqual(events.slice(0, 1));
  expect(tail.read()).toEqual([]);
  appendFileSync(file, `${lines[1]?.slice(20) ?? ''}no event\n${lines.slice(2).join('')}`);
  expect(tail.read()).toEqual(events.slice(1));
  expect(readFileSync(file, 'utf8')).toContain('no event');
});
