// SPDX-License-Identifier: GPL-2.0-only
// cspell:ignore lab -- a field of version 1
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderError } from '../../harness/host/errors.ts';
import { readRun } from '../../harness/results/read-run.ts';
import { designStory, recordOf } from './story.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-read-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const whole = recordOf(designStory());

function told(text: string): string {
  writeFileSync(path.join(folder, 'run.json'), text);
  try {
    readRun(folder);
  } catch (error) {
    return renderError(error).replaceAll(folder, 'RUN');
  }
  return 'read';
}

test('a run that was written is read, and lies where it lies', () => {
  expect(told(JSON.stringify(whole))).toBe('read');
  expect(readRun(folder)).toEqual({ ...whole, folder });
});

test('an old run gives one error: which file, its version, what can be read, what to do', () => {
  // What run.json of version 1 looks like: `lab`, verdict `broken`.
  const { environment, ...rest } = whole;
  const old = {
    ...rest,
    version: 1,
    lab: { hazmat: '0.1.0 (bfec59f)' },
    cells: [{ ...whole.cells[0], verdict: 'broken' }],
  };
  expect(told(JSON.stringify(old))).toBe(
    [
      'RUN/run.json: this file has version 1; this hazmat reads version 2',
      '  Read it with hazmat 0.1.0 (bfec59f), which wrote it, or run it again:',
      `  ${whole.command}`,
    ].join('\n'),
  );
});

test.each<[string, unknown, RegExp]>([
  [
    'a newer version',
    { ...whole, version: 3 },
    /^RUN\/run\.json: this file has version 3; this hazmat reads version 2\n/,
  ],
  [
    'no version',
    [],
    /this file has no version; this hazmat reads version 2\n {2}Read it with the hazmat that wrote it, or run it again$/,
  ],
  [
    'an unknown verdict',
    { ...whole, cells: [{ ...whole.cells[0], verdict: 'broken' }] },
    /^RUN\/run\.json: this file is damaged: cells\[0\]\.verdict: Invalid option: expected one of "pass"\|/,
  ],
  [
    'a cell in a folder outside of the run',
    { ...whole, cells: [{ ...whole.cells[0], folder: '6.12/../../../etc' }] },
    /^RUN\/run\.json: this file is damaged: cells\[0\]\.folder: it leads out of the run$/,
  ],
  [
    'a missing field',
    { ...whole, kernels: undefined },
    /^RUN\/run\.json: this file is damaged: kernels: Invalid input: expected array/,
  ],
])('one clear error for %s', (_what, value, error) => {
  const text = told(JSON.stringify(value));
  expect(text).toMatch(error);
});

test('one clear error for half a file, and for a folder without a run', () => {
  expect(told(JSON.stringify(whole).slice(0, 500))).toMatch(
    /^RUN\/run\.json: this file is damaged: it is not whole JSON: .*$/,
  );
  rmSync(path.join(folder, 'run.json'));
  mkdirSync(path.join(folder, 'run.json'));
  expect(() => readRun(folder)).toThrow('this file cannot be read: EISDIR');
  rmdirSync(path.join(folder, 'run.json'));
  expect(() => readRun(folder)).toThrow('is not the folder of a run: it has no run.json');
});
