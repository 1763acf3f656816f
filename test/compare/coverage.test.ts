// SPDX-License-Identifier: GPL-2.0-only
// Which scenarios executed which lines, and how a comparison says it.

import { expect, it } from 'vitest';
import { coverageOf } from '../../harness/compare/coverage.ts';
import { coverageLines } from '../../harness/report/coverage-text.ts';

const changed = {
  lines: [
    { file: 'fs/dax.c', line: 5, text: '\tone();', code: true },
    { file: 'fs/dax.c', line: 6, text: '\treturn -EIO;', code: true },
    { file: 'fs/dax.c', line: 7, text: '\tnever();', code: true },
    { file: 'fs/dax.c', line: 8, text: '\t/* why */', code: false },
  ],
  notes: [],
};

const cell = (scenario: string, executed: number[], perhaps: number[] = []) => ({
  scenario,
  coverage: { executed, perhaps },
});

it('folds the cells of all scenarios and repetitions', () => {
  const coverage = coverageOf(changed, [cell('remove/a', [0], [1]), cell('remove/a', []), cell('poison/b', [0])]);
  expect(coverage?.lines.map(({ state, scenarios }) => [state, scenarios])).toEqual([
    ['executed', ['remove/a', 'poison/b']],
    ['perhaps', ['remove/a']],
    ['never', []],
    ['no code', []],
  ]);
});

it('is not known without a series, or where nothing was recorded', () => {
  expect(coverageOf(undefined, [cell('a', [0])])).toBeUndefined();
  expect(coverageOf(changed, [{ scenario: 'a' }])).toBeUndefined();
});

it('says when breakpoints have recorded it, which do not see the boot', () => {
  const withoutBoot = { scenario: 'b', coverage: { executed: [], perhaps: [], withoutBoot: true as const } };
  expect(coverageOf(changed, [cell('a', [0]), withoutBoot])?.notes).toEqual([
    expect.stringMatching(/^recorded by breakpoints: .* booted/),
  ]);
  expect(coverageOf(changed, [cell('a', [0])])?.notes).toEqual([]);
});

it('says how many, which never, and by which scenarios', () => {
  const coverage = coverageOf(changed, [cell('remove/a', [0], [1]), cell('poison/b', [0])]);
  expect(coverage && coverageLines(coverage)).toEqual([
    '3 of 4 added lines have code: 1 executed, 1 perhaps executed (their code is merged with that of other lines), 1 never executed.',
    'never executed: fs/dax.c:7: never();',
    'perhaps executed: fs/dax.c:6: return -EIO;',
    'executed by: remove/a (2), poison/b (1)',
  ]);
});

it('says so when no line has code', () => {
  const comment = { lines: changed.lines.slice(3), notes: [] };
  const coverage = coverageOf(comment, [cell('remove/a', [])]);
  expect(coverage && coverageLines(coverage)).toEqual(['None of the added lines has code of its own.']);
});
