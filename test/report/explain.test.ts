// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { explain } from '../../harness/report/explain.ts';
import { plainStyle } from '../../harness/report/style.ts';
import type { CellResult } from '../../harness/results/events.ts';
import { designStory, ended, oops, planned, recordOf, spin, wraps, type Story } from '../results/story.ts';

const page = { style: plainStyle, width: 80, folder: 'results/r' };
const headings = (story: Story) =>
  explain(recordOf(story), page).filter((line) => line !== '' && !line.startsWith(' '));

test('a run in which everything passed needs no explanation', () => {
  const cell = planned('a', 'debian:7.2');
  expect(explain(recordOf({ kernels: ['debian:7.2'], cells: [cell], results: [ended(cell)] }), page)).toEqual([]);
});

test('sections in the order in which they matter, only those that are needed', () => {
  expect(headings(designStory())).toEqual([
    'UNEXPECTED: the kernel did not do what the scenario expects',
    'Known issues',
    'Skipped',
  ]);
  const more: Partial<CellResult>[] = [
    oops,
    { verdict: 'unbuilt', why: 'x' },
    { verdict: 'error', why: 'x' },
    { ...spin, expected: true, known: wraps },
    { knownButPassed: wraps },
    { verdict: 'skip', why: 'x' },
  ];
  const cells = more.map((_, index) => planned(`s${index}`, 'debian:7.2'));
  const flaky = [1, 2].map((repeat) => planned('f', 'debian:7.2', { repeat, repeats: 2 }));
  const results = [
    ...cells.map((cell, index) => ended(cell, more[index])),
    ...flaky.map((cell, i) => ended(cell, i === 0 ? {} : oops)),
  ];
  const never = planned('n', 'debian:7.2');
  expect(
    headings({
      kernels: ['debian:7.2'],
      cells: [...cells, ...flaky, never],
      results,
      messages: [{ type: 'message', level: 'warning', text: 'slow' }],
    }),
  ).toEqual([
    'UNEXPECTED: the kernel did not do what the scenario expects',
    'FLAKY: repetitions disagree',
    'UNBUILT: no kernel could be built from what was given',
    'ERROR: the infrastructure failed; this says nothing about the kernel',
    'NOT RUN: 1 of 9 cells has no verdict: the run ended before they started',
    'Warnings',
    'Known issues',
    'Known issues that did not occur (fixed? kernel range too wide?)',
    'Skipped',
  ]);
});
