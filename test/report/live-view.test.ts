// SPDX-License-Identifier: GPL-2.0-only
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import type { RunEventBody } from '../../harness/results/events.ts';
import { columnsFor } from '../../harness/report/lines.ts';
import { liveView } from '../../harness/report/live-view.ts';
import { Progress } from '../../harness/report/progress.ts';
import { plainStyle } from '../../harness/report/style.ts';
import { bodiesOf, designStory, stamped } from '../results/story.ts';

const story = designStory();
const start = stamped(bodiesOf(story))[0];

function view(more: RunEventBody[], size: { width: number; height: number }): string[] {
  const progress = new Progress();
  const bodies = bodiesOf({ ...story, results: story.results.slice(0, 3), cutOff: true });
  const events = stamped([...bodies, ...more]);
  for (const event of events) progress.add(event);
  if (start?.type !== 'run-started') throw new Error('a story without a start');
  const nowMs = (events.at(-1)?.ms ?? 0) + 2500;
  return liveView(progress, { style: plainStyle, columns: columnsFor(start), nowMs, ...size });
}

const id = story.cells[4]?.id ?? '';
const step = { id, index: 4, step: 'unmount', label: 'unmount /mnt' };
const boot = { task: 'boot', kernel: 'debian:7.2', title: 'booting 7.2' };
const fetch = { task: 'fetch', kernel: 'debian:7.2', title: 'fetching 7.2' };
const busy: RunEventBody[] = [
  { type: 'task-started', ...fetch },
  { type: 'task-progress', ...fetch, note: '34 %' },
  { type: 'task-started', ...boot },
  { type: 'task-ended', ...boot, ok: true, durationMs: 1 },
  { type: 'cell-started', id },
  { type: 'step-started', ...step },
];

test('what runs, for how long, and how far the run is', () => {
  expect(`\n${view(busy, { width: 90, height: 24 }).join('\n')}\n`).toMatchInlineSnapshot(`
    "

      fetching 7.2: 34 %  7 s
      6.12  remove/rebind               5. unmount /mnt  2 s
    3 of 12 cells   1 UNEXPECTED, 1 pass, 1 known   17 s, about 46 s left
    "
  `);
});

test('on a narrow terminal the step is still to be seen', () => {
  expect(`\n${view(busy, { width: 44, height: 24 }).join('\n')}\n`).toMatchInlineSnapshot(`
    "

      fetching 7.2: 34 %  7 s
      6.12 rebind: 5. unmount /mnt  2 s
    3 of 12 cells
    "
  `);
});

test('never wider or higher than the terminal, however much runs', () => {
  const many = story.cells.slice(3).flatMap((cell): RunEventBody[] => [
    { type: 'cell-started', id: cell.id },
    { type: 'step-started', id: cell.id, index: 0, step: 'run', label: 'a label\u001b[2J '.repeat(9) },
  ]);
  for (const width of [200, 80, 40, 20, 8]) {
    const lines = view(many, { width, height: 8 });
    expect(lines.length).toBeLessThan(8);
    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
    expect(lines.join('')).not.toContain('\u001b');
  }
});
