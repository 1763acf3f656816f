// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { CellStories } from '../../harness/results/cell-story.ts';
import type { RunEventBody } from '../../harness/results/events.ts';
import { ended, oops, planned, stamped } from './story.ts';

const [one, two] = [planned('a', 'debian:6.1'), planned('b', 'debian:6.1')];
const step = (id: string, index: number): RunEventBody => {
  return {
    type: 'step-ended',
    id,
    index,
    step: 'run',
    label: `number ${index}`,
    outcome: 'ok',
    seen: 'x',
    durationMs: 1,
  };
};
const bus = { process: 'm', pid: 9, tid: 9, signo: 7, signal: 'SIGBUS', code: 'BUS_ADRERR', address: '0x7f', lsb: 12 };

test('cells that run at the same time have a story each, of their own steps and signals', () => {
  const stories = new CellStories();
  const told = stamped([
    { type: 'cell-started', id: one.id },
    step(one.id, 0),
    step(two.id, 0),
    { type: 'signal', id: two.id, ...bus },
    step(two.id, 1),
    { type: 'cell-ended', result: ended(two, oops) },
    { type: 'cell-ended', result: ended(one) },
  ]).map((event) => stories.add(event));
  expect(told.slice(0, 5)).toEqual(Array(5).fill(undefined));
  expect(told[5]).toEqual({
    ...ended(two, oops),
    version: 2,
    steps: [
      { ms: 2000, index: 0, step: 'run', label: 'number 0', outcome: 'ok', seen: 'x', durationMs: 1 },
      { ms: 4000, index: 1, step: 'run', label: 'number 1', outcome: 'ok', seen: 'x', durationMs: 1 },
    ],
    signals: [{ ms: 3000, ...bus }],
  });
  expect(told[6]).toMatchObject({ scenario: 'a', steps: [{ ms: 1000 }], signals: [] });
});

test('a cell that ended is forgotten', () => {
  const stories = new CellStories();
  const again = [step(one.id, 0), { type: 'cell-ended', result: ended(one) } as const];
  const told = stamped([...again, ...again]).map((event) => stories.add(event));
  expect([told[1]?.steps.length, told[3]?.steps.length]).toEqual([1, 1]);
});
