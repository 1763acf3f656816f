// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { compareLatencies } from '../../harness/compare/compare-latencies.ts';
import { crash, side, steps, type Told } from './compared.ts';

const timed = (...ms: number[]): Told[] =>
  ms.map((one) => ({ steps: steps(['unbind pmem0', 'ok', 'x', one], ['unmount /mnt', 'ok', 'x', 10]) }));
const cells = (told: Told[]) => side('debian:6.12', { a: told }).cells;
const [base, tested] = [cells(timed(20, 21, 22, 23, 24)), cells(timed(40, 41, 42, 43, 44))];

test('a step that became slower is named, one that did not is counted only', () => {
  const { latencies, timed: count } = compareLatencies({ base, tested });
  expect(latencies).toMatchObject([{ step: 'unbind', label: 'pmem0', change: 'slower', baseMs: 22, testedMs: 42 }]);
  expect(count).toBe(2);
});

test('repetitions that did not pass have no times', () => {
  const crashed = cells(timed(40, 41, 42, 43, 44).map((one) => ({ ...one, ...crash('f') })));
  expect(compareLatencies({ base, tested: crashed })).toEqual({ latencies: [], timed: 0 });
  expect(compareLatencies({ base, tested: tested.slice(1) })).toEqual({ latencies: [], timed: 0 });
});

test('the same step at another index is the same step', () => {
  const more = [40, 41, 42, 43, 44].map((ms): Told => {
    return { steps: steps(['log x', 'ok'], ['unbind pmem0', 'ok', 'x', ms], ['unmount /mnt', 'ok', 'x', 10]) };
  });
  const { latencies } = compareLatencies({ base, tested: cells(more) });
  expect(latencies).toMatchObject([{ step: 'unbind', baseMs: 22, testedMs: 42 }]);
});
