// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

test('what cannot be read is told with the file and what is wrong', () => {
  expect(told('{"version": 1, "na')).toMatch(/^RUN\/run\.json: the run is damaged: /);
  expect(told(JSON.stringify({ ...whole, version: 2 }))).toMatchInlineSnapshot(`
    "RUN/run.json: the run has version 2, and version 1 is what can be read
      Another hazmat wrote it; use that one, or run again."
  `);
  expect(told('[]')).toContain('the run has no version');
  const [first, ...rest] = whole.cells;
  expect(told(JSON.stringify({ ...whole, cells: [{ ...first, verdict: 'fine' }, ...rest] }))).toMatchInlineSnapshot(
    `"RUN/run.json: the run is damaged at cells[0].verdict: Invalid option: expected one of "pass"|"fail"|"crash"|"hang"|"skip"|"broken""`,
  );
  rmSync(path.join(folder, 'run.json'));
  expect(() => readRun(folder)).toThrow('holds no run: it has no run.json');
});
