// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { latencySeries, stepTimes } from '../../../../harness/report/html/page/history/step-latency.ts';
import type { CellDetail } from '../../../../harness/report/html/report-data.ts';

function detail(...times: [string, number][]): CellDetail {
  const steps = times.map(([label, durationMs], index) => {
    return { index, step: 'read', label, outcome: 'ok' as const, seen: '', atMs: 0, durationMs };
  });
  return { deviations: [], steps, signals: [], signalCount: 0, qemuEvents: [], clock: 'unknown', evidence: [] };
}

it('gives the median of each step by kernel; the same step twice is two', () => {
  const cells = [
    { column: 0, detail: detail(['a', 10], ['a', 1]) },
    { column: 0, detail: detail(['a', 30], ['a', 1]) },
    { column: 0, detail: detail(['a', 20], ['a', 1]) },
    { column: 1, detail: detail(['a', 7]) },
  ];
  expect(stepTimes(cells, 2)).toEqual([
    { name: 'read a', times: [20, 7] },
    { name: 'read a (2)', times: [1, undefined] },
  ]);
});

it('as lines over kernels it has the longest steps, in the order of the kernels', () => {
  const steps = Array.from({ length: 10 }, (_, index) => ({ name: `s${index}`, times: [index / 2, 100 * index] }));
  const series = latencySeries(steps, [1, 0]);
  expect(series.map(({ label }) => label)).toEqual(['s9', 's8', 's7', 's6', 's5', 's4', 's3', 's2']);
  expect(series[0]?.values).toEqual([0.9, 0.0045]);
  expect(series[0]?.words).toEqual(['900 ms', '5 ms']);
  expect(series.at(-1)?.values).toEqual([0.2, 0.001]);
});
