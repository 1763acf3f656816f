// SPDX-License-Identifier: GPL-2.0-only
// What a plot has from left to right: nights, or kernels. Pure.

import type { ReportData, ReportHistory } from '../../report-data.ts';
import { moment } from './words.ts';

export interface Axis {
  /** What one of its places is called: `Night`. */
  heading: string;
  /** Where each place is, and what it is called in the table of numbers. */
  places: { key: string; at: number; label: string }[];
  /** Seconds since the epoch, on which ticks are placed as on a calendar. */
  isTime: boolean;
  ticks: (splits: readonly number[]) => string[];
}

export interface Series {
  label: string;
  /** By place; null where there is nothing. */
  values: (number | null)[];
  /** Bounds of the true values. */
  low?: (number | null)[];
  high?: (number | null)[];
  /** The values in words, for the table of numbers. */
  words?: (string | null)[];
}

/** Days; hours when all nights are of two days. */
export function nightAxis(nights: ReportHistory['nights']): Axis {
  const ticks = (splits: readonly number[]): string[] => {
    const hours = (splits.at(-1) ?? 0) - (splits[0] ?? 0) < 2 * 86_400;
    const texts = splits.map((split) => moment(new Date(split * 1000).toISOString()));
    return texts.map((text) => (hours ? text.slice(11) : text.slice(5, 10)));
  };
  const places = nights.map(({ run, started }) => ({
    ...{ key: run, at: new Date(started).getTime() / 1000, label: moment(started) },
  }));
  return { heading: 'Night', places, isTime: true, ticks };
}

/** The columns of a report by version, one after the other; `order` says which column is at each place. */
export function kernelAxis(columns: ReportData['columns']): { axis: Axis; order: number[] } {
  const order = columns
    .map((_column, index) => index)
    .sort((a, b) => compareVersions(columns[a]?.version ?? '', columns[b]?.version ?? '') || a - b);
  const places = order.map((column, at) => {
    const { run = 0, label = '', version = '' } = columns[column] ?? {};
    return { key: `${run} ${label}`, at, label: version === label ? label : `${label} (${version})` };
  });
  const names = order.map((column) => columns[column]?.label ?? '');
  const ticks = (splits: readonly number[]): string[] => splits.map((split) => names[split] ?? '');
  return { axis: { heading: 'Kernel', places, isTime: false, ticks }, order };
}

/** A release candidate comes before its release: `7.3-rc7`, `7.3`. */
function compareVersions(a: string, b: string): number {
  const parts = (version: string): string[] => version.replace(/-rc/, '.-').split('.');
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = rank(left[index]) - rank(right[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `-7`, the seventh candidate, is below nothing at all. */
function rank(part = '0'): number {
  return part.startsWith('-') ? -1000 + Number(part.slice(1)) : Number.parseInt(part, 10) || 0;
}
