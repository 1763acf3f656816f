// SPDX-License-Identifier: GPL-2.0-only
// npm test: checks, the fast tests, those that start the whole program, those in a browser, the real ones. `npm test -- fast` leaves the others out.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { checks } from './checks.ts';
import { prepareHost, show } from './host.ts';
import { runChecks } from './run-checks.ts';

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
});

/** Returns the exit code: 0 when every check and test passed. */
export async function main(args: string[]): Promise<number> {
  const parts = args.length > 0 ? args : ['fast', 'program', 'browser', 'real'];
  if (!(await prepareHost('tests'))) return 3;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-test-'));
  const counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    counts.failed += await runChecks(checks, (text) => console.log(text));
    for (const part of parts) {
      const { passed, failed, skipped } = await runTests(part, path.join(folder, `${part}.json`));
      counts.passed += passed;
      counts.failed += failed;
      counts.skipped += skipped;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

/** Runs a project of vitest.config.ts. That it could not run, or failed outside of any test, counts as one failure. */
async function runTests(project: string, report: string): Promise<{ passed: number; failed: number; skipped: number }> {
  const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${report}`];
  const exitCode = await show('vitest', ['run', '--project', project, ...reporters]);
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const read = reportSchema.parse(JSON.parse(readFileSync(report, 'utf8')));
  const failed = exitCode === 0 ? read.numFailedTests : Math.max(read.numFailedTests, 1);
  return { passed: read.numPassedTests, failed, skipped: read.numPendingTests };
}
