// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import {
  durations,
  failureRates,
  flips,
  historyRows,
  lasting,
  rowRate,
  type HistoryRow,
} from '../../../../harness/report/html/page/history/nights.ts';
import type { ReportData } from '../../../../harness/report/html/report-data.ts';
import { report } from '../reported-story.ts';

const verdicts = { p: 'pass', f: 'fail', e: 'error', s: 'skip' } as const;

/** `pfF`: passed, failed as known, FAILED; `-`: no cell. */
function row(nights: string, scenario = 0, kernel = '6.12'): HistoryRow {
  return {
    scenario,
    kernel,
    nights: Array.from(nights).map((letter) => {
      const found = Object.entries(verdicts).find(([key]) => key === letter.toLowerCase());
      return found === undefined
        ? null
        : { verdict: found[1], expected: letter === letter.toLowerCase() && letter !== 'e', ms: 500 };
    }),
  };
}

it.each([
  ['ppp', 0],
  ['pfp', 2],
  ['pep', 0],
  ['p-f', 1],
  ['', 0],
])('%s has %i flips', (nights, expected) => {
  expect(flips(row(nights))).toBe(expected);
});

it('says how often a scenario deviated unexpectedly, with the interval of its rate', () => {
  expect(rowRate(row('pfp-eF'))).toBe('1 of 4, 4.6 to 70 %');
  expect(rowRate(row('pfp'))).toBeUndefined();
});

it('says for how many nights the newest verdict has lasted, errors apart', () => {
  expect(lasting(row('fpp-ep'))).toEqual({ verdict: 'pass', nights: 3 });
  expect(lasting(row('ee'))).toBeUndefined();
});

const { data: made } = report();
const data: ReportData = { ...made, chunkOf: [] };
const rows = [row('ppp', 0), row('ppF', 1), row('pfp', 2)];
const names = (found: HistoryRow[]) => found.map(({ scenario }) => scenario);

it('has what flips first, then what fails now', () => {
  expect(names(historyRows(data, [row('FFF', 3), ...rows], undefined, false))).toEqual([2, 1, 3, 0]);
  expect(names(historyRows(data, rows, undefined, true))).toEqual([2, 1]);
  expect(names(historyRows(data, rows, 'poison', false))).toEqual([1]);
});

it('computes failure rates of what has a verdict about the kernel, and times', () => {
  const nights = ['a', 'b', 'c'].map((run) => ({ run, started: '', interrupted: false, tools: '' }));
  const history = { nights, rows: [...rows, row('eep', 3), row('-F-', 0, '7.2')] };
  expect(failureRates(history)).toMatchObject([
    { label: '6.12', values: [0, 0, 25] },
    { label: '7.2', values: [null, 100, null], low: [null, expect.closeTo(20.65), null], high: [null, 100, null] },
  ]);
  expect(failureRates(history)[0]?.words?.[2]).toBe('25.0 % (4.6 to 70 %; 1 of 4)');
  expect(durations(history, undefined)[0]?.values).toEqual([2, 2, 2]);
  expect(durations(history, 0).map(({ values }) => values)).toEqual([
    [0.5, 0.5, 0.5],
    [null, 0.5, null],
  ]);
});
