// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { groupCells } from '../../harness/report/groups.ts';
import type { CellResult } from '../../harness/results/events.ts';
import { designStory, ended, oops, planned, spin, wraps } from '../results/story.ts';

const cell = (scenario: string, more: Partial<CellResult> = {}, kernel = 'debian:7.2') =>
  ended(planned(scenario, kernel), more);
const members = (groups: ReturnType<typeof groupCells>[keyof ReturnType<typeof groupCells>]) =>
  groups.map(({ cells }) => cells.map(({ scenario }) => scenario));

test('the design’s run: one crash seen twice, two known issues, one reason to skip', () => {
  const groups = groupCells(designStory().results);
  expect(members(groups.unexpected)).toEqual([['remove/shared-mappers', 'remove/rebind']]);
  expect(groups.known).toHaveLength(2);
  expect(members(groups.skipped)).toEqual([['mapper/unbind-under-linear']]);
  expect([groups.error, groups.unbuilt, groups.flaky, groups.knownButPassed]).toEqual([[], [], [], []]);
});

test('a crash is one group by its fingerprint on any kernel; a failed expectation stays with its scenario', () => {
  const fail: Partial<CellResult> = {
    verdict: 'fail',
    deviations: [{ kind: 'fail', title: 'x', wanted: 'a', seen: 'b' }],
  };
  const groups = groupCells([cell('a', spin), cell('b', spin, 'debian:6.18'), cell('c', fail), cell('d', fail)]);
  expect(members(groups.unexpected)).toEqual([['a', 'b'], ['c'], ['d']]);
});

test('errors, missing kernels and skips are grouped by their reason', () => {
  const groups = groupCells([
    cell('a', { verdict: 'error', why: 'QEMU died' }),
    cell('b', { verdict: 'unbuilt', why: 'no' }),
    cell('c', { verdict: 'error', why: 'QEMU died' }),
    cell('d', { verdict: 'error', why: 'disk full' }),
    cell('e', { verdict: 'skip', why: 'too old' }),
  ]);
  expect([members(groups.error), members(groups.unbuilt), members(groups.skipped)]).toEqual([
    [['a', 'c'], ['d']],
    [['b']],
    [['e']],
  ]);
  expect(groups.unexpected).toEqual([]);
});

test('repetitions that disagree are flaky; known issues that did not occur are listed by issue', () => {
  const repeats = [1, 2].map((repeat) => planned('a', 'debian:7.2', { repeat, repeats: 2 }));
  const results = repeats.map((one, index) => ended(one, index === 0 ? {} : oops));
  const groups = groupCells([...results, cell('b', { knownButPassed: wraps }), cell('c', { knownButPassed: wraps })]);
  expect(members(groups.flaky)).toEqual([['a', 'a']]);
  expect(members(groups.knownButPassed)).toEqual([['b', 'c']]);
});
