// SPDX-License-Identifier: GPL-2.0-only
// npm test: checks, the fast tests, those that start the whole program, those in a browser, the real ones. `npm test -- fast` leaves the others out.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projectRoot } from '../harness/host/places.ts';
import { checks } from './checks.ts';
import { prepareHost, show } from './host.ts';
import { runChecks } from './run-checks.ts';
import { readVitestReport, type Outcome } from './vitest-report.ts';

/** Returns the exit code: 0 when every check and test passed. What failed is listed at the end. */
export async function main(args: string[]): Promise<number> {
  const parts = args.length > 0 ? args : ['fast', 'program', 'browser', 'real'];
  if (!(await prepareHost('tests'))) return 3;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-test-'));
  const all: Outcome = { passed: 0, skipped: 0, failures: [] };
  try {
    const failed = await runChecks(checks, (text) => console.log(text));
    all.failures.push(...failed.map((name) => `check ${name}: run it again with npm run ${name}`));
    for (const part of parts) {
      const { passed, skipped, failures } = await runTests(part, path.join(folder, `${part}.json`));
      all.passed += passed;
      all.skipped += skipped;
      all.failures.push(...failures);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const failure of all.failures) console.log(`FAILED ${failure}`);
  console.log(`${all.passed} passed, ${all.failures.length} failed, ${all.skipped} skipped`);
  return all.failures.length === 0 && all.passed > 0 ? 0 : 1;
}

/** Runs a project of vitest.config.ts. That it could not run, or failed outside of any test, counts as one failure. */
async function runTests(project: string, report: string): Promise<Outcome> {
  const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${report}`];
  const exitCode = await show('vitest', ['run', '--project', project, ...reporters]);
  if (!existsSync(report)) return { passed: 0, skipped: 0, failures: [`${project}: vitest wrote no report`] };
  const outcome = readVitestReport(report, projectRoot);
  if (exitCode !== 0 && outcome.failures.length === 0)
    outcome.failures.push(`${project}: vitest ended with ${exitCode}`);
  return outcome;
}
