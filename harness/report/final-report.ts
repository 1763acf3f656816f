// SPDX-License-Identifier: GPL-2.0-only
// The end of a run as a person reads it: the table, what deviates and why, and the headline with the counts. Pure.

import path from 'node:path';
import { isUnexpected } from '../results/verdicts.ts';
import type { RunRecord } from '../results/run-record.ts';
import { explain } from './explain.ts';
import type { Page } from './explain-groups.ts';
import type { Style, Tone } from './style.ts';
import { groupCells } from './groups.ts';
import { resultTable } from './table.ts';
import { duration } from './text.ts';
import { isKnown } from '../results/verdicts.ts';

/** The lines of the whole report. */
export function finalReport(record: RunRecord, page: Page): string[] {
  return [...resultTable(record, page.style, page.width), ...explain(record, page), '', headlineOf(record, page)];
}

/** `1 UNEXPECTED, 12 pass, 3 known in 2m 13s; results/...`. */
export function headlineOf(record: RunRecord, page: Page): string {
  const counts = countLine(tallyOf(record), page.style);
  const interrupted = record.interrupted ? page.style.paint('error', 'INTERRUPTED: ') : '';
  const where = page.folder === '' ? '' : `; ${page.folder}/`;
  const reused = record.cells.filter((cell) => cell.reused !== undefined).length;
  const taken = reused === 0 ? '' : ` (${reused} taken over)`;
  return `${interrupted}${counts}${taken} in ${duration(record.durationMs)}${where}`;
}

export interface Tally {
  unexpected: number;
  /** Scenarios on a kernel whose repetitions disagree. */
  flaky: number;
  unbuilt: number;
  error: number;
  notRun: number;
  pass: number;
  known: number;
  skip: number;
}

export function tallyOf(record: Pick<RunRecord, 'cells' | 'unfinished'>): Tally {
  const count = (wanted: (cell: RunRecord['cells'][number]) => boolean) => record.cells.filter(wanted).length;
  return {
    unexpected: count(isUnexpected),
    flaky: groupCells(record.cells).flaky.length,
    unbuilt: count((cell) => cell.verdict === 'unbuilt'),
    error: count((cell) => cell.verdict === 'error'),
    notRun: record.unfinished.length,
    pass: count((cell) => cell.verdict === 'pass'),
    known: count(isKnown),
    skip: count((cell) => cell.verdict === 'skip'),
  };
}

/** `1 UNEXPECTED, 12 pass, 3 known`: what needs attention first. Zero counts are left out, except of pass. */
export function countLine(tally: Tally, style: Style): string {
  const parts: [number, string, Tone][] = [
    [tally.unexpected, 'UNEXPECTED', 'bad'],
    [tally.flaky, 'FLAKY', 'bad'],
    [tally.unbuilt, 'UNBUILT', 'error'],
    [tally.error, 'ERROR', 'error'],
    [tally.notRun, 'NOT RUN', 'error'],
    [tally.pass, 'pass', tally.pass > 0 ? 'good' : 'plain'],
    [tally.known, 'known', 'known'],
    [tally.skip, 'skip', 'quiet'],
  ];
  return parts
    .filter(([count, word]) => count > 0 || word === 'pass')
    .map(([count, word, tone]) => style.paint(tone, `${count} ${word}`))
    .join(', ');
}

/** A folder as a person whose working directory is `from` would write it: relative when below it, else absolute. */
export function shownFolder(folder: string, from: string): string {
  const relative = path.relative(from, folder);
  return relative.startsWith('..') ? folder : relative;
}
