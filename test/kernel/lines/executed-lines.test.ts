// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { changedLines, executedLines } from '../../../harness/kernel/lines/executed-lines.ts';
import type { SeriesLines } from '../../../harness/kernel/lines/series-lines.ts';

const place = (line: number, at: number, statement = true): SeriesLines['places'][number] => ({
  image: 'xfs',
  section: '.text',
  at,
  line,
  statement,
});

const lines: SeriesLines = {
  lines: [1, 2, 3, 4].map((line) => ({ file: 'fs/xfs/a.c', line, text: `line ${line}` })),
  places: [place(0, 16), place(0, 24, false), place(1, 24, false), place(3, 32)],
  functions: [{ name: 'f', image: 'xfs', section: '.text', start: 16, end: 64 }],
  notes: [],
};

it('a line is executed by a statement, perhaps executed by merged code only', () => {
  expect(executedLines(lines, [0, 1, 2])).toEqual({ executed: [0], perhaps: [1] });
  expect(executedLines(lines, [1, 2])).toEqual({ executed: [], perhaps: [0, 1] });
  expect(executedLines(lines, [])).toEqual({ executed: [], perhaps: [] });
});

it('a line without a place has no code', () => {
  expect(changedLines(lines).lines.map(({ code }) => code)).toEqual([true, true, false, true]);
});
