// SPDX-License-Identifier: GPL-2.0-only
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InfraError } from '../../harness/host/errors.ts';
import { readEvents } from '../../harness/results/events-file.ts';
import type { RunEventBody } from '../../harness/results/events.ts';
import { readRun } from '../../harness/results/read-run.ts';
import { writeReports } from '../../harness/report/write-reports.ts';
import { RunFolder } from '../../harness/results/run-folder.ts';
import { EventStream } from '../../harness/results/stream.ts';
import { bodiesOf, designStory, planned, StoryClock } from './story.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'hazmat-results-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const now = new Date(2026, 10, 20, 10, 15, 2);

async function play(folder: RunFolder, bodies: RunEventBody[]): Promise<void> {
  const stream = new EventStream(new StoryClock());
  stream.add(folder);
  for (const body of bodies) stream.emit(body);
  await stream.close();
}

test('a whole run leaves its record, its reports and a folder a cell, and nothing half', async () => {
  const folder = await RunFolder.create(root, 'design', writeReports, { now });
  expect(readdirSync(folder.path)).toEqual(['owner']);
  const story = designStory();
  await play(folder, bodiesOf(story));
  expect(readdirSync(folder.path).sort()).toEqual([
    'debian-6.1',
    'debian-6.12',
    'debian-7.2',
    'events.jsonl',
    'junit.xml',
    'results.ktap',
    'run.json',
    'summary.txt',
  ]);
  const record = readRun(path.join(root, 'latest'));
  expect(record.cells).toEqual(story.results);
  expect(record).toMatchObject({ version: 2, interrupted: false, exitCode: 1, unfinished: [], kernels: story.kernels });
  for (const cell of story.cells) {
    expect(readdirSync(path.join(folder.path, cell.folder)).sort()).toEqual(['reproduce.sh', 'verdict.json']);
    expect(statSync(path.join(folder.path, cell.folder, 'reproduce.sh')).mode & 0o100).toBe(0o100);
  }
});

test('verdict.json is there as soon as the cell ended, with its steps and signals; events.jsonl line by line', async () => {
  const cell = planned('poison/load', 'debian:6.12');
  const story = { kernels: ['debian:6.12'], cells: [cell], results: [] };
  const folder = await RunFolder.create(root, 'x', writeReports, { now });
  const stream = new EventStream(new StoryClock());
  stream.add(folder);
  for (const body of bodiesOf({ ...story, cutOff: true })) stream.emit(body);
  stream.emit({ type: 'cell-started', id: cell.id });
  expect(existsSync(path.join(folder.cellFolder(cell.id), 'reproduce.sh'))).toBe(true);
  const at = { id: cell.id, index: 0, step: 'touch', label: 'touch page 3' };
  stream.emit({ type: 'step-ended', ...at, outcome: 'ok', seen: 'SIGBUS', durationMs: 4 });
  const bus = { signo: 7, signal: 'SIGBUS', code: 'BUS_ADRERR', address: '0x7f0000003000', lsb: 0, page: 3 };
  stream.emit({ type: 'signal', id: cell.id, process: 'mapper', pid: 99, tid: 99, ...bus });
  const [result] = designStory().results;
  if (result === undefined) throw new Error('an empty story');
  stream.emit({ type: 'cell-ended', result: { ...result, ...cell } });
  const verdict: unknown = JSON.parse(readFileSync(path.join(folder.path, cell.folder, 'verdict.json'), 'utf8'));
  expect(verdict).toMatchObject({
    version: 2,
    id: cell.id,
    steps: [{ ms: 0, index: 0, step: 'touch', outcome: 'ok' }],
    signals: [{ process: 'mapper', ...bus }],
  });
  expect(readEvents(path.join(folder.path, 'events.jsonl')).at(-1)?.type).toBe('cell-ended');
  await stream.close();
  expect(readRun(folder.path)).toMatchObject({ interrupted: true });
});

test('harnesses that start in the same second get folders of their own, and latest is the last of them', async () => {
  const folders = await Promise.all(
    Array.from({ length: 5 }, async () => RunFolder.create(root, 'same', writeReports, { now })),
  );
  const names = folders.map((folder) => path.basename(folder.path));
  expect(names.toSorted()).toEqual([1, 2, 3, 4, 5].map((n) => `2026-11-20T10-15-02-same${n === 1 ? '' : `-${n}`}`));
  expect(readlinkSync(path.join(root, 'latest'))).toBe('2026-11-20T10-15-02-same-5');
  expect(readdirSync(root).filter((name) => /^\.(?!live\.)/.test(name))).toEqual([]);
});

test('a cell that is not of this run, or leaves its folder, is refused', async () => {
  const folder = await RunFolder.create(root, 'x', writeReports, { now });
  const cell = planned('poison/load', 'debian:6.12', { folder: '../elsewhere' });
  const [start] = bodiesOf({ kernels: [], cells: [cell], results: [] });
  if (start === undefined) throw new Error('an empty story');
  folder.onEvent({ ...start, seq: 1, ms: 0, time: '' });
  expect(() => folder.cellFolder('nobody')).toThrow('no such cell in this run: nobody');
  expect(() => folder.cellFolder(cell.id)).toThrow("leaves the run's folder");
});

test('a full disk under events.jsonl is told, the other reporters see everything, and the reports are still made', async () => {
  const folder = await RunFolder.create(root, 'full', writeReports, { now });
  symlinkSync('/dev/full', path.join(folder.path, 'events.jsonl'));
  const stream = new EventStream(new StoryClock());
  stream.add(folder);
  const seen: string[] = [];
  stream.add({ name: 'witness', onEvent: (event) => seen.push(event.type) });
  const bodies = bodiesOf(designStory());
  for (const body of bodies) stream.emit(body);
  expect(seen).toHaveLength(bodies.length + 1);
  expect(stream.failure?.message).toMatch(
    /^the run folder failed: the disk is full: .*events\.jsonl cannot be written$/,
  );
  await expect(stream.close()).rejects.toThrow(InfraError);
});

test('a results folder that cannot be made is named', async () => {
  const file = path.join(root, 'file');
  writeFileSync(file, '');
  await expect(RunFolder.create(path.join(file, 'results'), 'x', writeReports)).rejects.toThrow(
    `${file}/results cannot be written: ENOTDIR`,
  );
});

test('an interrupted run goes on in its folder: numbers and time go on, what ended twice has the last end', async () => {
  const folder = await RunFolder.create(root, 'design', writeReports, { now });
  const [start, ...rest] = bodiesOf({ ...designStory(), interrupted: true });
  if (start === undefined) throw new Error('an empty story');
  await play(folder, [start, ...rest.slice(0, 9), ...rest.slice(-1)]);
  expect(readRun(folder.path)).toMatchObject({ interrupted: true });
  const { folder: again, events } = await RunFolder.resume(folder.path, writeReports);
  expect(() => readRun(folder.path)).toThrow('is still going on');
  const clock = new StoryClock();
  const stream = new EventStream(clock, events.at(-1));
  stream.add(again);
  clock.forward(700);
  stream.emit({ type: 'run-resumed', command: 'npx hazmat run --resume design' });
  for (const body of rest.slice(9, -1)) stream.emit(body);
  stream.emit({ type: 'run-ended', exitCode: 1, interrupted: false, durationMs: stream.runMs });
  await stream.close();
  const record = readRun(folder.path);
  expect(record).toMatchObject({ interrupted: false, unfinished: [], resumed: 1 });
  expect(record.cells).toEqual(designStory().results);
  const written = readEvents(path.join(folder.path, 'events.jsonl'));
  expect(written.map(({ seq }) => seq)).toEqual(written.map((_event, index) => index + 1));
  expect(written.every((event, index) => index === 0 || event.ms >= (written[index - 1]?.ms ?? 0))).toBe(true);
  expect(readlinkSync(path.join(root, 'latest'))).toBe(path.basename(folder.path));
});

test('a run that still goes on cannot be resumed', async () => {
  const folder = await RunFolder.create(root, 'design', writeReports, { now });
  await expect(RunFolder.resume(folder.path, writeReports)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining(`the run in ${folder.path} is still going on, in `) as string,
  });
});
