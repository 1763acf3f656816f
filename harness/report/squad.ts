// SPDX-License-Identifier: GPL-2.0-only
// A run for SQUAD, the dashboard of LKFT: for each kernel what is posted to /api/submit/GROUP/PROJECT/BUILD/ENVIRONMENT as the form
// fields tests, metrics and metadata. Pure.

import type { RunRecord } from '../results/run-record.ts';
import { isAboutKernel } from '../results/verdicts.ts';

export interface SquadReport {
  /** For the address: `6.12.107`, and `x86_64-debian-6.12`. */
  build: string;
  environment: string;
  tests: Record<string, 'pass' | 'fail' | 'skip'>;
  /** Durations in seconds. */
  metrics: Record<string, number>;
  metadata: Record<string, string>;
}

/**
 * One report a kernel. Of repetitions one that fails is enough. A known issue is a fail: SQUAD compares with the build before. Cells that
 * say nothing about the kernel are left out, so that SQUAD shows no result instead of a wrong one.
 */
export function squadReports(record: RunRecord): SquadReport[] {
  return record.kernels.map((kernel) => {
    const facts = record.kernelFacts.find((one) => one.kernel === kernel);
    const cells = record.cells.filter((cell) => cell.kernel === kernel);
    const tests: SquadReport['tests'] = {};
    const metrics: SquadReport['metrics'] = {};
    for (const cell of cells) {
      const name = `hazmat/${cell.scenario}`;
      if (cell.verdict === 'skip') tests[name] ??= 'skip';
      if (!isAboutKernel(cell)) continue;
      if (tests[name] !== 'fail') tests[name] = cell.verdict === 'pass' ? 'pass' : 'fail';
      metrics[`${name}/duration`] = cell.durationMs / 1000;
    }
    const lost = cells.filter(({ verdict }) => verdict === 'error' || verdict === 'unbuilt').length;
    return {
      build: facts?.version ?? kernel,
      environment: `x86_64-${kernel.replaceAll(/[^\w.+-]+/g, '-')}`,
      tests,
      metrics,
      metadata: {
        // SQUAD knows a job by this, and refuses it twice.
        job_id: `${record.name}-${kernel}`,
        job_status: record.interrupted ? 'Incomplete' : 'Complete',
        datetime: record.started,
        kernel: facts?.release ?? kernel,
        origin: facts?.origin ?? '',
        'cells without a verdict': String(lost + record.unfinished.filter((cell) => cell.kernel === kernel).length),
        ...record.environment,
      },
    };
  });
}
