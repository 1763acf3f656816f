// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { runHeader } from '../../harness/report/run-header.ts';
import { plainStyle } from '../../harness/report/style.ts';
import { bodiesOf, designStory, planned, stamped, type Story } from '../results/story.ts';

function header(story: Story, width: number): string[] {
  const [start] = stamped(bodiesOf(story));
  if (start?.type !== 'run-started') throw new Error('a story without a start');
  return runHeader(start, plainStyle, width, 'results/r');
}

test('what is run on what, and where the results are', () => {
  expect(header(designStory(), 80)).toEqual(['hazmat: 4 scenarios on 6.1, 6.12, 7.2: 12 cells', 'results/r/']);
});

test('repetitions are named; one is one', () => {
  const one = [planned('a', 'debian:7.2')];
  expect(header({ kernels: ['debian:7.2'], cells: one, results: [] }, 80)[0]).toBe('hazmat: 1 scenario on 7.2: 1 cell');
  const cells = [1, 2, 3].map((repeat) => planned('a', 'debian:7.2', { repeat, repeats: 3 }));
  expect(header({ kernels: ['debian:7.2'], cells, results: [] }, 80)[0]).toBe(
    'hazmat: 1 scenario on 7.2, 3 times: 3 cells',
  );
});

test('many kernels are wrapped', () => {
  expect(header(designStory(), 30)).toEqual(['hazmat: 4 scenarios on 6.1,', '6.12, 7.2: 12 cells', 'results/r/']);
});
