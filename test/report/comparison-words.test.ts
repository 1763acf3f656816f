// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { Change, ScenarioChange, SeenDeviation } from '../../harness/compare/comparison.ts';
import {
  changeWord,
  countsLine,
  deviationLine,
  latencyLine,
  sharedLines,
  stepLine,
  leftOutLines,
} from '../../harness/report/comparison-words.ts';
import { comparison } from './compared-story.ts';

const of = (...all: [Change, boolean][]) => {
  const [first] = comparison.scenarios;
  if (first === undefined) throw new Error('no scenario');
  return { scenarios: all.map(([change, regressed]): ScenarioChange => ({ ...first, change, regressed })) };
};

test.each<[Change, boolean, string]>([
  ['regressed', true, 'REGRESSED'],
  ['changed', true, 'CHANGED'],
  ['changed', false, 'changed'],
  ['flaky', true, 'FLAKY'],
  ['flaky', false, 'flaky'],
  ['fixed', false, 'fixed'],
  ['not comparable', false, 'not comparable'],
])('%s, unexpectedly: %s', (change, regressed, word) => {
  expect(changeWord({ change, regressed })).toBe(word);
});

test('what is unexpected is counted first; zero only for regressed and fixed', () => {
  expect(countsLine(of())).toBe('0 regressed, 0 fixed');
  expect(countsLine(of(['unchanged', false], ['flaky', false], ['changed', true], ['regressed', true]))).toBe(
    '1 REGRESSED, 1 CHANGED, 0 fixed, 1 flaky, 1 unchanged',
  );
});

test('a deviation with the share of repetitions', () => {
  const deviation: SeenDeviation = {
    kind: 'fail',
    step: 'read',
    title: 'read: EIO',
    key: '',
    cells: 1,
    of: 1,
    known: false,
  };
  expect(deviationLine(deviation)).toBe('fail in read: EIO');
  expect(deviationLine({ ...deviation, cells: 3, of: 5 })).toBe('fail in read: EIO (3 of 5)');
});

test('a step on one side', () => {
  expect(stepLine(undefined)).toBe('not reached');
  expect(stepLine({ outcome: 'ended', seen: 'the kernel crashed' })).toBe('did not finish: the kernel crashed');
  expect(stepLine({ outcome: 'deviates', seen: 'a\nb\nc' })).toBe('failed: a … c');
});

test('a latency with how sure it is', () => {
  const latency = {
    step: 'unbind',
    label: 'pmem0',
    change: 'faster',
    baseMs: 45,
    testedMs: 20,
    baseTimes: 10,
    testedTimes: 9,
  } as const;
  expect(latencyLine({ ...latency, p: 0.00021 })).toBe(
    'unbind pmem0 is faster: median 20 ms instead of 45 ms (9 and 10 times, p=0.0002)',
  );
  expect(latencyLine({ ...latency, p: 0.00001 })).toContain('p<0.0001');
});

test('a line of several scenarios is there once, alarms first', () => {
  const line = (text: string, alarming = false) => ({ line: text, cells: 1, of: 1, alarming });
  const [first] = comparison.scenarios;
  if (first === undefined) throw new Error('no scenario');
  const logs = [[line('x')], [line('x'), line('BUG', true)], [line('y')]];
  const scenarios = logs.map((appeared, index) => ({ ...first, scenario: `s${index}`, log: { appeared, gone: [] } }));
  expect(
    sharedLines({ ...comparison, scenarios }, 'appeared').map(({ line: text, scenarios: names }) => [text, names]),
  ).toEqual([
    ['BUG', ['s1']],
    ['x', ['s0', 's1']],
    ['y', ['s2']],
  ]);
});

test('what is not shown is counted', () => {
  expect(leftOutLines({ more: 0, usual: 0 })).toBe('');
  expect(leftOutLines({ more: 3, usual: 14 })).toBe('3 more, and 14 that most scenarios have');
});
