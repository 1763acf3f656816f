// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { sourceOf, stepLines, type ScenarioFile } from '../../../harness/report/html/scenario-source.ts';

const text = `title: T
steps:
  - unbind: pmem0
  - poison:
      route: hwpoison
      page: 2

  # what follows is for old kernels
  - kernels: "<6.1"
    read: {file: /mnt/data}
  - unmount: /mnt
known: []
`;

const file: ScenarioFile = {
  file: 'scenarios/a/b.yaml',
  text,
  tags: [],
  content: 'c0ffee',
  stepsOn: (version) => (version.startsWith('6.0') ? [0, 1, 2, 3] : [0, 1, 3]),
};

it('finds the lines of each step', () => {
  expect(stepLines(text)).toEqual([
    [2, 2],
    [3, 5],
    [8, 9],
    [10, 10],
  ]);
});

it('numbers the steps as the kernel of the cell runs them', () => {
  expect(sourceOf(file, '6.12.1', 'c0ffee')).toMatchObject({
    changed: false,
    steps: [
      [2, 2],
      [3, 5],
      [10, 10],
    ],
  });
  expect(sourceOf(file, '6.0.19', 'c0ffee').steps).toHaveLength(4);
});

it('marks no steps in a file that was changed since the run', () => {
  expect(sourceOf(file, '6.12.1', 'beef')).toMatchObject({ changed: true, steps: [] });
});

it('a file without steps has none', () => {
  expect(stepLines('title: T\n')).toEqual([]);
});
