// SPDX-License-Identifier: GPL-2.0-only
// npm test: checks, the fast tests, those that start the whole program, the real ones. `npm test -- fast` leaves the others out.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { prepareHost, shell } from './host.ts';

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
}

/** Returns the exit code: 0 when every check and test passed. */
export async function main(args: string[]): Promise<number> {
  const parts = args.length > 0 ? args : ['fast', 'program', 'real'];
  if (!(await prepareHost('tests'))) return 3;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-test-'));
  let failed = 0;
  const counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const check of ['types', 'lint', 'bounds']) {
      const { exitCode } = await shell`npm run --silent ${check}`;
      console.log(`check ${check}: ${exitCode === 0 ? 'ok' : 'FAILED'}`);
      if (exitCode !== 0) failed++;
    }
    for (const part of parts) {
      const report = path.join(folder, `${part}.json`);
      const { exitCode } =
        await shell`npx vitest run --project ${part} --reporter=verbose --reporter=json --outputFile.json=${report}`;
      if (exitCode !== 0) failed++;
      const read = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
      counts.passed += read.numPassedTests;
      counts.failed += read.numFailedTests;
      counts.skipped += read.numPendingTests;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${counts.passed} passed, ${Math.max(counts.failed, failed)} failed, ${counts.skipped} skipped`);
  return failed === 0 && counts.passed > 0 ? 0 : 1;
}
