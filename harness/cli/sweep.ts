// SPDX-License-Identifier: GPL-2.0-only
// What a killed harness left is cleared away by the next start.

import path from 'node:path';
import { cacheRoot, resultsRoot } from '../host/places.ts';
import { sweepScratch } from '../host/scratch.ts';
import { sweepWork } from '../guest/accelerator.ts';
import { Store } from '../host/store.ts';
import { sweepSources } from '../kernel/source-repo.ts';
import { finishInterruptedRuns } from '../results/interrupted-runs.ts';

/** The stores below the cache root. */
export const storeNames = ['checkpoints', 'initramfs', 'kernels', 'headers', 'agent', 'userspace'] as const;

export function stores(): Store[] {
  return storeNames.map((name) => new Store(path.join(cacheRoot(), name)));
}

/** Clears away what dead harnesses left: guests, sockets, half-made things in the cache, runs without an end. */
export async function sweep(): Promise<string[]> {
  const done = [
    ...sweepScratch(),
    ...sweepWork(),
    ...sweepSources().map((what) => `removed ${what}`),
    ...stores().flatMap((store) => store.sweep().map((what) => `removed ${what}`)),
  ];
  const { finished, removed, failed } = await finishInterruptedRuns(resultsRoot());
  return [
    ...done,
    ...finished.map((folder) => `finished the run ${path.basename(folder)}, which was cut off`),
    ...removed.map((folder) => `removed ${folder}`),
    ...failed.map(({ folder, why }) => `could not finish the run ${folder}: ${why}`),
  ];
}
