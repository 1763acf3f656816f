// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readHistory } from '../../harness/history/history-file.ts';
import { updateHistory } from '../../harness/history/update.ts';
import type { RunEventBody } from '../../harness/results/events.ts';
import { readRun } from '../../harness/results/read-run.ts';
import { runEventSchema } from '../../harness/results/schemas.ts';
import { RunRecorder } from '../../harness/results/run-record.ts';
import { mergedEvents, mergeRuns } from '../../harness/run/merge.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { bodiesOf, ended, oops, planned, recordOf, stamped, type Story } from '../results/story.ts';

const names = ['a', 'b', 'c', 'd', 'e'];
const cells = names.map((scenario) => planned(scenario, 'debian:6.12'));
const result = (cell: (typeof cells)[number]) => ended(cell, cell.scenario === 'c' ? oops : {});
const whole: Story = { name: 'whole', kernels: ['debian:6.12'], cells, results: cells.map(result) };

/** A part of the story, with the cells at these places. */
function part(index: number, places: number[]): { story: Story; shard: object } {
  const mine = places.flatMap((place) => cells[place] ?? []);
  const story = { ...whole, name: `part-${index}`, cells: mine, results: mine.map(result) };
  return { story, shard: { index, count: 2, plan: 'p', split: 's', places } };
}

const parts = [part(1, [3, 0]), part(2, [1, 2, 4])];
const eventsOf = ({ story, shard }: (typeof parts)[number]) =>
  stamped(
    bodiesOf(story).map((body): RunEventBody =>
      body.type === 'run-started' ? ({ ...body, shard } as RunEventBody) : body,
    ),
  );
const withEvents = parts.map((one) => ({ record: recordOf(one.story), events: eventsOf(one) }));

test('the parts of a plan make the same run as the whole, cell by cell', () => {
  const events = mergedEvents(withEvents, '/results/merged');
  const recorder = new RunRecorder();
  for (const event of events) recorder.add(runEventSchema.parse(event));
  const merged = recorder.record();
  expect(merged?.cells).toEqual(recordOf(whole).cells);
  expect(merged).toMatchObject({ unfinished: [], exitCode: 1, interrupted: false, kernels: ['debian:6.12'] });
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
  expect(events.every((event, index) => index === 0 || event.ms >= (events[index - 1]?.ms ?? 0))).toBe(true);
});

test('what became of the parts afterwards is said of the whole', () => {
  const about = { command: 'npx hazmat matrix m.yaml --executor slurm', errors: ['part 2 was lost'] };
  const recorder = new RunRecorder();
  for (const event of mergedEvents(withEvents, '/results/merged', about)) recorder.add(event);
  expect(recorder.record()).toMatchObject({
    command: about.command,
    messages: [{ level: 'error', text: 'part 2 was lost' }],
  });
});

test('a merged run is a run with the files of its cells, and the history counts them once', async () => {
  const root = temporaryFolder();
  const folders = withEvents.map(({ record, events }, index) => {
    const folder = path.join(root, `2026-11-20T10-15-0${index}-${record.name}`);
    for (const cell of record.cells) {
      mkdirSync(path.join(folder, cell.folder), { recursive: true });
      writeFileSync(path.join(folder, cell.folder, 'dmesg.txt'), `log of ${cell.scenario}`);
    }
    writeFileSync(path.join(folder, 'run.json'), JSON.stringify(record));
    writeFileSync(path.join(folder, 'events.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    return folder;
  });
  const { folder } = await mergeRuns(folders, root, 'merged');
  const merged = readRun(folder);
  expect(merged.cells.map(({ scenario }) => scenario)).toEqual(names);
  for (const cell of merged.cells) {
    expect(readFileSync(path.join(folder, cell.folder, 'dmesg.txt'), 'utf8')).toBe(`log of ${cell.scenario}`);
    expect(JSON.parse(readFileSync(path.join(folder, cell.folder, 'verdict.json'), 'utf8'))).toMatchObject({
      id: cell.id,
    });
  }
  for (let times = 0; times < 2; times++) await updateHistory(root);
  expect(readHistory(root).entries.map(({ run }) => run)).toEqual([path.basename(folder)]);
  expect(readFileSync(path.join(root, 'history.jsonl'), 'utf8').trim().split('\n')).toHaveLength(1);
});
