// SPDX-License-Identifier: GPL-2.0-only
// What npm test reads from vitest's reports.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readVitestReport } from '../../scripts/vitest-report.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(report: unknown): ReturnType<typeof readVitestReport> {
  const file = path.join(folder, 'report.json');
  writeFileSync(file, JSON.stringify(report));
  return readVitestReport(file, '/src');
}

test('a failed test has its file, its name and the first line of its error', () => {
  const assertionResults = [
    { fullName: 'passes', status: 'passed', failureMessages: [] },
    {
      fullName: 'rules a line',
      status: 'failed',
      failureMessages: ['\u001B[31mAssertionError: no\u001B[39m\n  at x.ts'],
    },
  ];
  const testResults = [{ name: '/src/test/a.test.ts', status: 'failed', message: '', assertionResults }];
  expect(read({ numPassedTests: 1, numPendingTests: 2, testResults })).toEqual({
    passed: 1,
    skipped: 2,
    failures: ['test/a.test.ts: rules a line: AssertionError: no'],
  });
});

test('a file that could not be loaded is a failure', () => {
  const testResults = [{ name: '/src/test/b.test.ts', status: 'failed', message: 'no module\n', assertionResults: [] }];
  const { failures } = read({ numPassedTests: 0, numPendingTests: 0, testResults });
  expect(failures).toEqual(['test/b.test.ts: no module']);
});

test('what is no report is refused', () => {
  expect(() => read({ tests: 3 })).toThrow();
});
