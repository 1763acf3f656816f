// SPDX-License-Identifier: GPL-2.0-only
// What a run executed of a kernel, as a table, as a list, and as an LCOV tracefile.

import { expect, it } from 'vitest';
import { kernelCoverageText, neverExecutedText } from '../../harness/report/kernel-coverage-text.ts';
import { lcov } from '../../harness/report/lcov.ts';
import type { ExecutedWhen, FunctionCoverage, KernelCoverage } from '../../harness/results/kernel-coverage.ts';

const of = (name: string, line: number, when: ExecutedWhen, bytes = 0, executedBytes = 0): FunctionCoverage => ({
  name,
  line,
  when,
  scenarios: when === 'steps' ? 2 : 0,
  anywhere: when === 'never' || when === 'no symbol' ? 0 : 3,
  bytes,
  executedBytes,
});

const coverage: KernelCoverage = {
  kernel: '6.12',
  label: '6.12',
  release: '6.12.118+deb13-amd64',
  source: 'linux-source-6.12 6.12.118',
  scenarios: 3,
  notes: [],
  files: [
    {
      file: 'fs/dax.c',
      functions: [
        of('dax_lock', 10, 'steps', 100, 50),
        of('dax_setup', 20, 'setup', 50),
        of('dax_init', 30, 'boot', 50),
        of('dax_never', 40, 'never', 50),
        of('dax_small', 50, 'no symbol'),
      ],
      lines: [
        { line: 11, scenarios: 3 },
        { line: 41, scenarios: 0 },
      ],
    },
    { file: 'fs/other.c', functions: [of('other', 1, 'no symbol')] },
  ],
};

it('has a row for each file', () => {
  expect(kernelCoverageText(coverage)).toBe(
    `What 3 scenarios on 6.12 (6.12.118+deb13-amd64) executed, by the functions of linux-source-6.12 6.12.118

file        functions  steps  setup  boot  never  no symbol  bytes in steps
fs/dax.c            5      1      1     1      1          1            20 %
fs/other.c          1      0      0     0      0          1               -
2 files             6      1      1     1      1          2            20 %
`,
  );
});

it('lists what no step has executed, with where it is', () => {
  expect(
    neverExecutedText({ ...coverage, files: coverage.files.slice(0, 1) })
      .split('\n')
      .slice(2, -1),
  ).toEqual([
    'fs/dax.c: 1 of 5 functions were never executed',
    '  fs/dax.c:40: dax_never()',
    '1 only while scenarios were set up',
    '  fs/dax.c:20: dax_setup()',
    '1 only at boot',
    '  fs/dax.c:30: dax_init()',
    '1 have no symbol: what they do is in other functions, or nowhere',
    '  fs/dax.c:50: dax_small()',
  ]);
});

it('a tracefile has functions, and lines where they are known; a file that is not in the kernel is left out', () => {
  expect(lcov(coverage)).toBe(`TN:
SF:fs/dax.c
FN:10,dax_lock
FN:20,dax_setup
FN:30,dax_init
FN:40,dax_never
FNDA:3,dax_lock
FNDA:3,dax_setup
FNDA:3,dax_init
FNDA:0,dax_never
FNF:4
FNH:3
DA:11,3
DA:41,0
LF:2
LH:1
end_of_record
`);
});
