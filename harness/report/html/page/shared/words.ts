// SPDX-License-Identifier: GPL-2.0-only
// Verdicts, times and counts in words and signs. No meaning is in color alone: each verdict has a sign and a word.

import type { ReportCell, ShownVerdict } from '../../report-data.ts';

type Judged = Pick<ReportCell, 'verdict' | 'expected'>;

export const signs: Record<ShownVerdict, string> = {
  pass: '✓',
  fail: '✗',
  crash: '‼',
  hang: '∞',
  skip: '–',
  error: '!',
  unbuilt: '⊘',
  'not run': '·',
};

/** What a person looks for, the most important first. */
export const classes = ['unexpected', 'lost', 'known', 'pass', 'skip'] as const;
export type CellClass = (typeof classes)[number];

export function classOf({ verdict, expected }: Judged): CellClass {
  if (verdict === 'pass' || verdict === 'skip') return verdict;
  if (verdict === 'error' || verdict === 'unbuilt' || verdict === 'not run') return 'lost';
  return expected ? 'known' : 'unexpected';
}

export const classWords: Record<CellClass, string> = {
  unexpected: 'unexpected',
  lost: 'without a verdict',
  known: 'known issues',
  pass: 'pass',
  skip: 'skip',
};

/** `hang (known)`, `CRASH`: capitals when nobody expects it, as in the text reports. */
export function verdictWord(cell: Judged): string {
  const kind = classOf(cell);
  if (kind === 'known') return `${cell.verdict} (known)`;
  return kind === 'unexpected' || kind === 'lost' ? cell.verdict.toUpperCase() : cell.verdict;
}

/** How a cell came to its verdict, where that was not the usual way. */
export const ways = ['reused', 'retried'] as const;
export type Way = (typeof ways)[number];

export const wayWords: Record<Way, string> = { reused: 'taken over', retried: 'second try' };
export const waySigns: Record<Way, string> = { reused: '↩', retried: '↻' };

export function waysOf({ reused, firstTry }: Pick<ReportCell, 'reused' | 'firstTry'>): Way[] {
  return [
    ...(reused === undefined ? [] : ['reused' as const]),
    ...(firstTry === undefined ? [] : ['retried' as const]),
  ];
}

/** Why a cell has its verdict, without the known issue that covers it. */
export function ownWhy({ why, known }: Pick<ReportCell, 'why' | 'known'>): string {
  return known === undefined ? why : (why.split('; known issue')[0] ?? why);
}

/** Milliseconds as a person reads them: `217 ms`, `4.5 s`, `1m 07s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const whole = Math.round(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  if (minutes < 60) return `${minutes}m ${String(rest).padStart(2, '0')}s`;
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
}

/** On the clock of a cell's steps: `+1.234 s`. */
export function clock(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${(Math.abs(ms) / 1000).toFixed(3)} s`;
}

export function count(number: number, word: string): string {
  return `${number.toLocaleString('en-US')} ${word}${number === 1 ? '' : 's'}`;
}

/** `2026-11-29 19:24` in the reader's time zone. */
export function moment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
