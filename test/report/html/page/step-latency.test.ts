// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { stepTimes } from '../../../../harness/report/html/page/history/step-latency.ts';
import type { CellDetail } from '../../../../harness/report/html/report-data.ts';

function detail(...times: [string, number][]): CellDetail {
  const steps = times.map(([label, durationMs], index) => {
    return { index, step: 'read', label, outcome: 'ok' as const, seen: '', atMs: 0, durationMs };
  });
  return { deviations: [], steps, signals: [], signalCount: 0, clock: 'unknown', evidence: [] };
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
