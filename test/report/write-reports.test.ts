// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { writeReports } from '../../harness/report/write-reports.ts';
import { readRun } from '../../harness/results/read-run.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { designStory, recordOf } from '../results/story.ts';

const record = recordOf(designStory());

test('run.json and every report, nothing half', () => {
  const folder = temporaryFolder();
  writeReports(folder, record);
  expect(readdirSync(folder).sort()).toEqual(['junit.xml', 'results.ktap', 'run.json', 'summary.txt']);
  expect(readRun(folder)).toEqual({ ...record, folder });
  expect(readFileSync(path.join(folder, 'results.ktap'), 'utf8')).toMatch(/^KTAP version 1\n/);
});

test('one file that cannot be written keeps none of the others from being written', () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'junit.xml'));
  expect(() => writeReports(folder, record)).toThrow(/junit\.xml cannot be written/);
  expect(readFileSync(path.join(folder, 'summary.txt'), 'utf8')).toMatch(/^hazmat run: design\n2 UNEXPECTED, /);
});
