// SPDX-License-Identifier: GPL-2.0-only
// The end of a run as a person reads it: the table, what deviates and why, and one closing line. Pure.

import path from 'node:path';
import { isUnexpected } from '../results/verdicts.ts';
import type { RunRecord } from '../results/run-record.ts';
import { explain, type Page } from './explain.ts';
import type { Style, Tone } from './style.ts';
import { groupCells } from './groups.ts';
import { resultTable } from './table.ts';
import { duration } from './text.ts';
import { isKnown } from '../results/verdicts.ts';

/** The lines of the whole report. */
export function finalReport(record: RunRecord, page: Page): string[] {
  return [...resultTable(record, page.style, page.width), ...explain(record, page), '', closingLine(record, page)];
}

/** `12 pass, 3 known, 1 UNEXPECTED in 2m 13s; results/...`. */
export function closingLine(record: RunRecord, page: Page): string {
  const tallied = countLine(tallyOf(record), page.style);
  const disagree = groupCells(record.cells).unstable.length;
  const unstable = disagree === 0 ? '' : `, ${page.style.paint('bad', `${disagree} UNSTABLE`)}`;
  const interrupted = record.interrupted ? page.style.paint('error', ', INTERRUPTED') : '';
  const where = page.folder === '' ? '' : `; ${page.folder}/`;
  return `${tallied}${unstable}${interrupted} in ${duration(record.durationMs)}${where}`;
}

export interface Tally {
  pass: number;
  known: number;
  skip: number;
  unexpected: number;
  unbuilt: number;
  error: number;
  notRun: number;
}

export function tallyOf(record: Pick<RunRecord, 'cells' | 'unfinished'>): Tally {
  const count = (wanted: (cell: RunRecord['cells'][number]) => boolean) => record.cells.filter(wanted).length;
  return {
    pass: count((cell) => cell.verdict === 'pass'),
    known: count(isKnown),
    skip: count((cell) => cell.verdict === 'skip'),
    unexpected: count(isUnexpected),
    unbuilt: count((cell) => cell.verdict === 'unbuilt'),
    error: count((cell) => cell.verdict === 'error'),
    notRun: record.unfinished.length,
  };
}

/** `12 pass, 3 known, 1 UNEXPECTED`; what is nought is left out, but for pass. */
export function countLine(tally: Tally, style: Style): string {
  const parts: [number, string, Tone][] = [
    [tally.pass, 'pass', tally.pass > 0 ? 'good' : 'plain'],
    [tally.known, 'known', 'known'],
    [tally.skip, 'skip', 'quiet'],
    [tally.unexpected, 'UNEXPECTED', 'bad'],
    [tally.unbuilt, 'UNBUILT', 'error'],
    [tally.error, 'ERROR', 'error'],
    [tally.notRun, 'not run', 'error'],
  ];
  return parts
    .filter(([count, word]) => count > 0 || word === 'pass')
    .map(([count, word, tone]) => style.paint(tone, `${count} ${word}`))
    .join(', ');
}

/** A folder as a person standing in `from` would write it: relative when below it, else absolute. */
export function shownFolder(folder: string, from: string): string {
  const relative = path.relative(from, folder);
  return relative.startsWith('..') ? folder : relative;
}
