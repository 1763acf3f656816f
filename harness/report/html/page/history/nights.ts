// SPDX-License-Identifier: GPL-2.0-only
// What the nights of a history show: flips, runs of one verdict, failure rates, times. Pure.

import { failureRate } from '../../../../history/wilson.ts';
import { intervalWords, rateWords } from '../../../rate-words.ts';
import type { ReportData, ReportHistory } from '../../report-data.ts';
import { matches } from '../overview/rows.ts';
import type { Series } from '../shared/plot-axis.ts';
import { classOf } from '../shared/words.ts';

export type HistoryRow = ReportHistory['rows'][number];
type Night = HistoryRow['nights'][number];

/** Nights that say nothing about the kernel are passed over: an infrastructure error is no flip. */
function judged({ nights }: HistoryRow): NonNullable<Night>[] {
  return nights.flatMap((night) => {
    if (night === null) return [];
    const kind = classOf(night);
    return kind === 'lost' || kind === 'skip' ? [] : [night];
  });
}

/** How often the verdict is another than the night before. */
export function flips(row: HistoryRow): number {
  const verdicts = judged(row).map(({ verdict }) => verdict);
  return verdicts.filter((verdict, index) => index > 0 && verdict !== verdicts[index - 1]).length;
}

/** How long the newest verdict has lasted, in nights. */
export function lasting(row: HistoryRow): { verdict: string; nights: number } | undefined {
  const nights = judged(row);
  const last = nights.at(-1);
  if (last === undefined) return undefined;
  const before = nights.findLastIndex(({ verdict }) => verdict !== last.verdict);
  return { verdict: last.verdict, nights: nights.length - 1 - before };
}

/** Rows that match; those that flip most come first, then those that fail now. */
export function historyRows(
  data: ReportData,
  rows: readonly HistoryRow[],
  query: string | undefined,
  onlyFlips: boolean,
): HistoryRow[] {
  const failsNow = (row: HistoryRow): number => {
    const last = row.nights.at(-1);
    return last === null || last === undefined ? 0 : Number(classOf(last) === 'unexpected');
  };
  const name = (row: HistoryRow): string => data.scenarios[row.scenario]?.name ?? '';
  return rows
    .filter((row) => !onlyFlips || flips(row) > 0)
    .filter((row) => query === undefined || matches(`${name(row)} ${row.kernel}`, query))
    .toSorted((a, b) => flips(b) - flips(a) || failsNow(b) - failsNow(a) || (name(a) < name(b) ? -1 : 1));
}

/** How sure intervals are. */
const confidence = 0.95;

/** How often a scenario deviated unexpectedly on a kernel, with the interval of its rate; undefined when it never did. */
export function rowRate(row: HistoryRow): string | undefined {
  const nights = judged(row);
  const failures = nights.filter((night) => classOf(night) === 'unexpected').length;
  return failures === 0 ? undefined : rateWords(failureRate(failures, nights.length, confidence));
}

/** Percent of the judged cells that deviate unexpectedly, by night, with the interval of the rate: a series for each kernel. */
export function failureRates({ nights, rows }: ReportHistory): Series[] {
  return kernelsOf(rows).map((kernel) => {
    const rates = nights.map((_night, index) => {
      const kinds = rows.flatMap((row) => {
        const night = row.kernel === kernel ? row.nights[index] : undefined;
        return night === null || night === undefined ? [] : [classOf(night)];
      });
      const about = kinds.filter((kind) => kind !== 'lost' && kind !== 'skip').length;
      const failures = kinds.filter((kind) => kind === 'unexpected').length;
      return about === 0 ? undefined : failureRate(failures, about, confidence);
    });
    return {
      label: shortKernel(kernel),
      values: rates.map((rate) => (rate === undefined ? null : (100 * rate.failures) / rate.total)),
      low: rates.map((rate) => (rate === undefined ? null : 100 * rate.low)),
      high: rates.map((rate) => (rate === undefined ? null : 100 * rate.high)),
      words: rates.map((rate) =>
        rate === undefined
          ? null
          : `${((100 * rate.failures) / rate.total).toFixed(1)} % (${intervalWords(rate)}; ${rate.failures} of ${rate.total})`,
      ),
    };
  });
}

/** Seconds by night: of one scenario, or of all together. A series for each kernel. */
export function durations({ nights, rows }: ReportHistory, scenario: number | undefined): Series[] {
  const chosen = scenario === undefined ? rows : rows.filter((row) => row.scenario === scenario);
  return kernelsOf(chosen).map((kernel) => ({
    label: shortKernel(kernel),
    values: nights.map((_night, index) => {
      const times = chosen.flatMap((row) => (row.kernel === kernel ? (row.nights[index]?.ms ?? []) : []));
      return times.length === 0 ? null : times.reduce((sum, ms) => sum + ms, 0) / 1000;
    }),
  }));
}

/** `debian:6.12` -> `6.12`; other forms stay as they are. */
export function shortKernel(kernel: string): string {
  return kernel.replace(/^debian:/, '');
}

function kernelsOf(rows: readonly HistoryRow[]): string[] {
  return [...new Set(rows.map(({ kernel }) => kernel))];
}
