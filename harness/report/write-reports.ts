// SPDX-License-Identifier: GPL-2.0-only
// Writes the files of a run that has ended: run.json and one report a format, all made from the record.

import path from 'node:path';
import { junitXml } from './junit.ts';
import { ktapText } from './ktap.ts';
import { summaryText } from './summary.ts';
import type { RunRecord } from '../results/run-record.ts';
import { writeWholeFile } from '../host/atomic-file.ts';

const reports: readonly [string, (record: RunRecord) => string][] = [
  ['run.json', (record) => `${JSON.stringify(record, undefined, 2)}\n`],
  ['junit.xml', junitXml],
  ['results.ktap', ktapText],
  ['summary.txt', summaryText],
];

/**
 * Writes run.json and every report into the run's folder, each atomically.
 * @throws InfraError naming the first file that could not be written, after all were tried.
 */
export function writeReports(folder: string, record: RunRecord): void {
  const errors: unknown[] = [];
  for (const [name, render] of reports) {
    try {
      writeWholeFile(path.join(folder, name), render(record));
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
