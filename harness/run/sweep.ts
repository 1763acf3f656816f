// SPDX-License-Identifier: GPL-2.0-only
// Removes what a killed harness left behind. Every start does it.

import path from 'node:path';
import { cacheRoot, resultsRoot } from '../host/places.ts';
import { sweepScratch } from '../host/scratch.ts';
import { sweepWork } from '../guest/accelerator.ts';
import { Cache } from '../host/cache.ts';
import { sweepSources } from '../kernel/source/source-repo.ts';
import { writeReports } from '../report/write-reports.ts';
import { finishInterruptedRuns } from '../results/interrupted-runs.ts';

/** The folders of the cache that hold entries, which a harness that is killed may leave half made. */
const cacheNames = ['checkpoints', 'initramfs', 'kernels', 'headers', 'agent', 'plugin'];

/** Removes what dead harnesses left: guests, sockets, half-made cache entries; finishes their runs. */
export async function sweep(): Promise<string[]> {
  const done = [
    ...sweepScratch(),
    ...sweepWork(),
    ...sweepSources().map((what) => `removed ${what}`),
    ...cacheNames.flatMap((name) => new Cache(path.join(cacheRoot(), name)).sweep()).map((what) => `removed ${what}`),
  ];
  const { finished, removed, failed } = await finishInterruptedRuns(resultsRoot(), writeReports);
  return [
    ...done,
    ...finished.map((folder) => `finished the reports of ${path.basename(folder)}, a run that was killed`),
    ...removed.map((folder) => `removed ${folder}`),
    ...failed.map(({ folder, why }) => `cannot finish the reports of ${folder}, a run that was killed: ${why}`),
  ];
}
