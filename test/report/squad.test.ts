// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { squadReports } from '../../harness/report/squad.ts';
import { designStory, ended, oops, planned, recordOf } from '../results/story.ts';

test('a report for each kernel, with tests, durations and where they come from', () => {
  const [first, ...more] = squadReports(recordOf(designStory()));
  expect(more).toHaveLength(2);
  expect(first).toMatchObject({
    build: '6.1.158',
    environment: 'x86_64-debian-6.1',
    tests: {
      'hazmat/remove/shared-mappers': 'fail',
      'hazmat/poison/load': 'pass',
      'hazmat/mapper/unbind-under-linear': 'skip',
    },
    metrics: { 'hazmat/poison/load/duration': 0.812 },
    metadata: { job_status: 'Complete', kernel: '6.1.158+deb-amd64', qemu: '7.2.22' },
  });
});

test('one repetition that fails is enough; what says nothing about the kernel is left out', () => {
  const repeats = [1, 2, 3].map((repeat) => planned('a', 'debian:6.12', { repeat, repeats: 3 }));
  const lost = planned('b', 'debian:6.12');
  const results = [
    ...repeats.map((cell) => ended(cell, cell.repeat === 2 ? oops : {})),
    ended(lost, { verdict: 'error' }),
  ];
  const [report] = squadReports(recordOf({ kernels: ['debian:6.12'], cells: [...repeats, lost], results }));
  expect(report?.tests).toEqual({ 'hazmat/a': 'fail' });
  expect(report?.metadata['cells without a verdict']).toBe('1');
});
