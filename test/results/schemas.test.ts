// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { CellStories } from '../../harness/results/cell-story.ts';
import type { RunEventBody } from '../../harness/results/events.ts';
import { cellStorySchema, runEventSchema, runRecordSchema } from '../../harness/results/schemas.ts';
import { bodiesOf, designStory, recordOf, stamped } from './story.ts';

// Parsing drops what a schema does not know, so equal means: described in full.
test('every event of a run, and its record, are described in full', () => {
  for (const event of stamped(bodiesOf(designStory()))) expect(runEventSchema.parse(event)).toEqual(event);
  const record = recordOf(designStory());
  expect(runRecordSchema.parse(record)).toEqual(record);
});

const at = { id: 'a', index: 0, step: 'touch', label: 'page 3' };
const task = { task: 'boot', kernel: 'debian:7.2', title: 'boot 7.2' };
test.each<RunEventBody>([
  { type: 'task-started', ...task },
  { type: 'task-progress', ...task, note: '34 %' },
  { type: 'task-ended', ...task, ok: false, durationMs: 3, note: 'no such file' },
  { type: 'step-started', ...at },
  { type: 'step-ended', ...at, outcome: 'deviates', wanted: 'SIGBUS', seen: 'nothing', durationMs: 4, notes: ['x'] },
  {
    type: 'signal',
    id: 'a',
    process: 'm',
    pid: 1,
    tid: 1,
    signo: 7,
    signal: 'SIGBUS',
    code: 'x',
    address: '0',
    lsb: 0,
    page: 3,
  },
  { type: 'deviation', id: 'a', deviation: { kind: 'fail', title: 'x' } },
  { type: 'message', level: 'info', text: 'x' },
])('$type is described in full', (body) => {
  const event = { seq: 1, ms: 2, time: '2026-11-20T10:15:02.000Z', ...body };
  expect(runEventSchema.parse(event)).toEqual(event);
});

test('a story of a cell is described in full', () => {
  const stories = new CellStories();
  const [result] = designStory().results;
  if (result === undefined) throw new Error('an empty story');
  const told = stamped([
    { type: 'step-ended', ...at, id: result.id, outcome: 'ok', seen: 'SIGBUS', durationMs: 4 },
    { type: 'cell-ended', result },
  ]).map((event) => stories.add(event));
  expect(cellStorySchema.parse(told[1])).toEqual(told[1]);
});

test.each([
  ['a verdict of version 1', { type: 'cell-ended', result: { ...designStory().results[0], verdict: 'broken' } }],
  ['an unknown event', { type: 'kernel-found', kernel: 'x' }],
  ['an event without its stamps', undefined],
])('%s is refused', (_what, body) => {
  const stamps = body === undefined ? { type: 'cell-started', id: 'a' } : { seq: 1, ms: 0, time: '', ...body };
  expect(runEventSchema.safeParse(stamps).success).toBe(false);
});
