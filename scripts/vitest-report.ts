// SPDX-License-Identifier: GPL-2.0-only
// The JSON report of a vitest project: how many tests passed, failed and were skipped, and which ones failed.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';

const schema = z.object({
  numPassedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

export interface Outcome {
  passed: number;
  skipped: number;
  /** One line each: file, test, first line of the error. */
  failures: string[];
}

/** Reads the report that `vitest --reporter=json` wrote. Files are named relative to `root`. Throws when it is no such report. */
export function readVitestReport(file: string, root: string): Outcome {
  const { numPassedTests, numPendingTests, testResults } = schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const where = path.relative(root, name);
    const failed = assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => [where, test.fullName, firstLine(test.failureMessages?.[0])].join(': '));
    // A file that could not be loaded, or whose hook failed, has no failed test.
    return failed.length === 0 && status === 'failed' ? [`${where}: ${firstLine(message)}`] : failed;
  });
  return { passed: numPassedTests, skipped: numPendingTests, failures };
}

function firstLine(message: string | undefined): string {
  return stripVTControlCharacters(message ?? '').split('\n', 1)[0] || 'no message';
}
