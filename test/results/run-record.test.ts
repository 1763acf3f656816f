// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { RunRecorder } from '../../harness/results/run-record.ts';
import { bodiesOf, designStory, recordOf, stamped } from './story.ts';

const story = designStory();

test('the record of a whole run', () => {
  expect(recordOf(story)).toMatchObject({
    version: 2,
    name: 'design',
    started: '2026-11-20T10:15:02.000Z',
    durationMs: 133_000,
    interrupted: false,
    exitCode: 1,
    kernels: story.kernels,
    cells: story.results,
    unfinished: [],
    messages: [],
  });
});

test('cells are in the order of the plan, whichever ended first', () => {
  const recorder = new RunRecorder();
  for (const event of stamped(bodiesOf({ ...story, results: story.results.toReversed() }))) recorder.add(event);
  expect(recorder.record()?.cells).toEqual(story.results);
});

test('a run without its end counts as interrupted, lasted until its last event, and has its own exit code', () => {
  const results = story.results.slice(1, 3);
  const cut = recordOf({ ...story, results, cutOff: true });
  const events = stamped(bodiesOf({ ...story, results, cutOff: true }));
  expect(cut).toMatchObject({
    interrupted: true,
    exitCode: 3,
    durationMs: events.at(-1)?.ms,
    ended: events.at(-1)?.time,
  });
  expect(cut.unfinished.map(({ id }) => id)).toEqual(
    story.cells.filter((cell) => !results.some(({ id }) => id === cell.id)).map(({ id }) => id),
  );
});

test('before the start there is no record; of messages, warnings and errors are kept', () => {
  const recorder = new RunRecorder();
  const [start] = stamped(bodiesOf(story));
  expect(recorder.record()).toBeUndefined();
  for (const level of ['info', 'warning', 'error'] as const) {
    recorder.add({ seq: 1, ms: 0, time: '', type: 'message', level, text: level });
  }
  if (start !== undefined) recorder.add(start);
  expect(recorder.record()?.messages.map(({ level }) => level)).toEqual(['warning', 'error']);
});

test('what is left out is neither unfinished nor forgotten; a run that goes on has no end yet', () => {
  const [first, second] = story.cells;
  if (first === undefined || second === undefined) throw new Error('no cells');
  const recorder = new RunRecorder();
  const bodies = bodiesOf({ ...story, results: story.results.slice(2) });
  const more = { id: 'x', scenario: 'x', kernel: 'debian:6.12', why: 'too slow' };
  const [start, ...rest] = bodies;
  if (start?.type !== 'run-started') throw new Error('no start');
  const dropped = { type: 'cell-dropped' as const, id: first.id, why: 'unchanged' };
  for (const event of stamped([{ ...start, dropped: [more] }, dropped, ...rest])) recorder.add(event);
  const { scenario, kernel } = first;
  expect(recorder.record()).toMatchObject({
    interrupted: false,
    unfinished: [second],
    dropped: [more, { id: first.id, scenario, kernel, why: 'unchanged' }],
  });
  for (const event of stamped([{ type: 'run-resumed', command: 'x' }])) recorder.add(event);
  expect(recorder.record()).toMatchObject({ interrupted: true, resumed: 1 });
});
