// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { Progress } from '../../harness/report/progress.ts';
import type { RunEventBody } from '../../harness/results/events.ts';
import { bodiesOf, designStory, stamped } from '../results/story.ts';

const story = designStory();
const [first] = story.results;
if (first === undefined) throw new Error('an empty story');
const { id } = first;
const fetch = { task: 'fetch', kernel: 'debian:7.2', title: 'fetch 7.2' };

function after(...more: RunEventBody[]): Progress {
  const progress = new Progress();
  for (const event of stamped([...bodiesOf({ ...story, results: [], cutOff: true }), ...more])) progress.add(event);
  return progress;
}

test('a task runs from its start to its end, with its last note', () => {
  const started: RunEventBody[] = [
    { type: 'task-started', ...fetch },
    { type: 'task-progress', ...fetch, note: '10 %' },
    { type: 'task-progress', ...fetch, note: '34 %' },
  ];
  expect([...after(...started).tasks.values()]).toEqual([{ ...fetch, note: '34 %', sinceMs: 4000 }]);
  expect(after(...started, { type: 'task-ended', ...fetch, ok: true, durationMs: 1 }).tasks.size).toBe(0);
});

test('tasks of the same name on other kernels are other tasks', () => {
  const other = { ...fetch, kernel: 'debian:6.1', title: 'fetch 6.1' };
  const progress = after({ type: 'task-started', ...fetch }, { type: 'task-started', ...other });
  expect([...progress.tasks.values()].map(({ kernel }) => kernel)).toEqual(['debian:7.2', 'debian:6.1']);
});

test('a cell runs from its start to its end, with its current step', () => {
  const started: RunEventBody[] = [{ type: 'cell-started', id }];
  expect(after(...started).cells.get(id)).toMatchObject({ cell: { id }, sinceMs: 4000, step: undefined });
  const stepped: RunEventBody[] = [
    ...started,
    { type: 'step-started', id, index: 4, step: 'unmount', label: 'unmount /mnt' },
  ];
  expect(after(...stepped).cells.get(id)?.step).toEqual({ number: 5, label: 'unmount /mnt', sinceMs: 5000 });
  const progress = after(...stepped, { type: 'cell-ended', result: first });
  expect([progress.cells.size, progress.record()?.cells]).toEqual([0, [first]]);
});

test('what was not planned or not started is ignored', () => {
  const progress = after(
    { type: 'cell-started', id: 'nobody' },
    { type: 'step-started', id, index: 0, step: 'x', label: 'x' },
    { type: 'task-progress', ...fetch, note: 'x' },
  );
  expect([progress.cells.size, progress.tasks.size]).toEqual([0, 0]);
});
