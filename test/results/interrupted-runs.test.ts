// SPDX-License-Identifier: GPL-2.0-only
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEvents } from '../../harness/results/events-file.ts';
import type { RunEventBody } from '../../harness/results/events.ts';
import { finishInterruptedRuns } from '../../harness/results/interrupted-runs.ts';
import { readRun } from '../../harness/results/read-run.ts';
import { writeReports } from '../../harness/report/write-reports.ts';
import { RunFolder } from '../../harness/results/run-folder.ts';
import { bodiesOf, designStory, stamped } from './story.ts';

let root: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'hazmat-results-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(root, { recursive: true });
});

/** Starts a real harness process that ends `cells` cells and then hangs. */
async function startHarness(cells: number): Promise<{ child: ChildProcess; folder: string }> {
  const script = path.join(import.meta.dirname, 'dying-harness.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, root, String(cells)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, folder: line };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

test('after kill -9 the next start finishes the run from its events; a live one is not touched', async () => {
  const dead = await startHarness(5);
  const live = await startHarness(2);
  await kill(dead.child);
  appendFileSync(path.join(dead.folder, 'events.jsonl'), '{"seq":99,"ms":4,"ty');
  writeFileSync(path.join(dead.folder, '.run.json.part.0123456789ab'), '{');
  expect(() => readRun(dead.folder)).toThrow('was killed before it could write run.json');
  expect(() => readRun(live.folder)).toThrow(
    `is still going on, in process ${live.child.pid ?? 0} on ${os.hostname()} since `,
  );

  expect(await finishInterruptedRuns(root, writeReports)).toEqual({ finished: [dead.folder], removed: [], failed: [] });

  const story = designStory();
  const record = readRun(dead.folder);
  expect(record).toMatchObject({ interrupted: true, exitCode: 1 });
  expect(record.cells).toEqual(story.results.slice(0, 5));
  expect(record.unfinished).toEqual(story.cells.slice(5));
  const events = readEvents(path.join(dead.folder, 'events.jsonl'));
  expect(events.at(-1)).toMatchObject({ type: 'run-ended', interrupted: true, seq: events.length });
  expect(readdirSync(dead.folder).filter((name) => name.startsWith('.') || name === 'owner')).toEqual([]);
  expect(readFileSync(path.join(dead.folder, 'summary.txt'), 'utf8')).toContain('NOT RUN: 7 of 12 cells');
  expect(existsSync(path.join(live.folder, 'run.json'))).toBe(false);
  expect(await finishInterruptedRuns(root, writeReports)).toEqual({ finished: [], removed: [], failed: [] });
});

test('a harness that died before its run began leaves nothing, and latest is repaired', async () => {
  const first = await startHarness(1);
  await kill(first.child);
  const second = await startHarness(-1);
  expect(readlinkSync(path.join(root, 'latest'))).toBe(path.basename(second.folder));
  await kill(second.child);
  expect(await finishInterruptedRuns(root, writeReports)).toMatchObject({
    finished: [first.folder],
    removed: [second.folder],
  });
  expect(readlinkSync(path.join(root, 'latest'))).toBe(path.basename(first.folder));
});

/** A tag that no process has: of our own pid, without a file that we keep locked. */
const deadTag = `${process.pid}-0123456789ab`;

/** What is in a results folder besides the life files of processes that run. */
function shownIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.live.'))
    .sort();
}

function deadRun(name: string, events: string): string {
  const folder = path.join(root, name);
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'owner'), `${deadTag}\n`);
  writeFileSync(path.join(folder, 'events.jsonl'), events);
  return folder;
}

const lines = (cells: number) => {
  const story = designStory();
  const events = stamped(bodiesOf({ ...story, results: story.results.slice(0, cells), cutOff: true }));
  return events.map((event) => `${JSON.stringify(event)}\n`);
};

test('a damaged line in the middle is reported with file and line, and the other runs are finished all the same', async () => {
  const damaged = deadRun('a', [...lines(2).slice(0, 3), '{"seq":\n', ...lines(2).slice(4)].join(''));
  const sound = deadRun('b', lines(1).join(''));
  const done = await finishInterruptedRuns(root, writeReports);
  expect(done.finished).toEqual([sound]);
  expect(done.failed).toEqual([
    { folder: damaged, why: `${path.join(damaged, 'events.jsonl')}:4: this file is damaged: the line is not JSON` },
  ]);
});

test('what cannot be read is reported in one line, and the other runs are finished all the same', async () => {
  const folder = deadRun('a', '');
  rmSync(path.join(folder, 'events.jsonl'));
  mkdirSync(path.join(folder, 'events.jsonl'));
  const sound = deadRun('b', lines(1).join(''));
  const done = await finishInterruptedRuns(root, writeReports);
  expect(done.finished).toEqual([sound]);
  const why = `${path.join(folder, 'events.jsonl')}: this file cannot be read: EISDIR: illegal operation on a directory, read`;
  expect(done.failed).toEqual([{ folder, why }]);
});

test('a run that was killed between its last event and its record keeps the end that it had', async () => {
  const events = stamped(bodiesOf(designStory()));
  const folder = deadRun('a', events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  await finishInterruptedRuns(root, writeReports);
  expect(readRun(folder)).toMatchObject({ interrupted: false, exitCode: 1, unfinished: [] });
  expect(readEvents(path.join(folder, 'events.jsonl'))).toEqual(events);
});

test('what is no run is left alone; a folder half made by a dead harness goes', async () => {
  mkdirSync(path.join(root, 'mine'));
  writeFileSync(path.join(root, 'README.md'), '');
  mkdirSync(path.join(root, `.x.part.${deadTag}`));
  const living = await RunFolder.create(root, 'living', writeReports);
  expect(await finishInterruptedRuns(root, writeReports)).toMatchObject({ finished: [], failed: [] });
  expect(shownIn(root)).toEqual([path.basename(living.path), 'README.md', 'latest', 'mine'].sort());
  expect(await finishInterruptedRuns(path.join(root, 'not-there'), writeReports)).toEqual({
    finished: [],
    removed: [],
    failed: [],
  });
});

test('a run whose record cannot be written stays unfinished, and the next start tries again', async () => {
  const folder = deadRun('a', lines(1).join(''));
  mkdirSync(path.join(folder, 'run.json'));
  const { failed } = await finishInterruptedRuns(root, writeReports);
  expect(failed).toEqual([{ folder, why: expect.stringMatching(/run\.json cannot be written/) as string }]);
  rmdirSync(path.join(folder, 'run.json'));
  expect(await finishInterruptedRuns(root, writeReports)).toMatchObject({ finished: [folder] });
  expect(readRun(folder)).toMatchObject({ interrupted: true });
  expect(readEvents(path.join(folder, 'events.jsonl')).filter((event) => event.type === 'run-ended')).toHaveLength(1);
});

test('a resumed run that is killed again gets its end again', async () => {
  const folder = await RunFolder.create(root, 'design', writeReports);
  const [start] = bodiesOf(designStory());
  if (start === undefined) throw new Error('an empty story');
  const bodies: RunEventBody[] = [
    start,
    { type: 'run-ended', exitCode: 3, interrupted: true, durationMs: 1 },
    { type: 'run-resumed', command: 'npx hazmat run --resume design' },
    { type: 'message', level: 'info', text: 'and killed' },
  ];
  for (const event of stamped(bodies)) folder.onEvent(event);
  // A pid that nobody has: as after kill -9.
  writeFileSync(path.join(folder.path, 'owner'), '4194305-1');
  expect((await finishInterruptedRuns(root, writeReports)).finished).toEqual([folder.path]);
  const ends = readEvents(path.join(folder.path, 'events.jsonl')).map(({ type }) => type);
  expect(ends).toEqual(['run-started', 'run-ended', 'run-resumed', 'message', 'run-ended']);
  expect(readRun(folder.path)).toMatchObject({ interrupted: true, resumed: 1 });
});
