// SPDX-License-Identifier: GPL-2.0-only
// How many scenarios have executed a line.

import { expect, it } from 'vitest';
import type { CodeLine } from '../../../harness/kernel/lines/file-lines.ts';
import { linesOf } from '../../../harness/run/coverage/line-use.ts';
import { ended, planned } from '../../results/story.ts';

const place = (line: number, at: number, statement = true): CodeLine => ({
  line,
  image: 'vmlinux',
  section: '.text',
  at,
  statement,
});

const cell = (scenario: string, ...spans: number[]) => ({
  cell: ended(planned(scenario, '6.12')),
  phases: [{ phase: 'step' as const, step: 0, sections: new Map([['vmlinux .text', spans]]) }],
});

it('a line counts by its statements, and without one that was executed by merged code', () => {
  const files = new Map([
    ['fs/dax.c', [place(12, 40), place(10, 0), place(10, 20, false), place(11, 20, false), place(11, 60)]],
  ]);
  const cells = [cell('remove/a', 0, 4), cell('remove/b', 16, 24), cell('remove/b', 0, 4)];
  expect(linesOf(files, cells).get('fs/dax.c')).toEqual([
    { line: 10, scenarios: 2 },
    { line: 11, scenarios: 1 },
    { line: 12, scenarios: 0 },
  ]);
});
