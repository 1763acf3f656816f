// SPDX-License-Identifier: GPL-2.0-only
// Removes what a killed harness left behind. Every start does it.

import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { removeParts } from '../host/atomic-file.ts';
import { checkPlaces } from '../host/check-places.ts';
import { cacheRoot, resultsRoot } from '../host/places.ts';
import { sweepScratch } from '../host/scratch.ts';
import { sweepWork } from '../guest/accelerator.ts';
import { Cache } from '../host/cache.ts';
import { addToHistory } from '../history/update.ts';
import { sweepSources } from '../kernel/source/source-repo.ts';
import { writeReports } from '../report/write-reports.ts';
import { finishInterruptedRuns } from '../results/interrupted-runs.ts';

/** A process that still writes a small file after so long does not exist, milliseconds. */
const partsLast = 3_600_000;

/** The folders of the cache that hold entries. */
export const cacheNames = [
  'checkpoints',
  'guest-memory',
  'initramfs',
  'kernels',
  'headers',
  'agent',
  'plugin',
  'qemu',
  'suites',
  'tsc',
] as const;

export function caches(): Cache[] {
  return cacheNames.map((name) => new Cache(path.join(cacheRoot(), name)));
}

/**
 * Checks the places that a run writes to, then removes what dead harnesses left there: guests, sockets, half-made cache
 * entries; finishes their runs. @throws UsageError, InfraError
 */
export async function sweep(): Promise<string[]> {
  checkPlaces();
  sweepParts();
  const done = [
    ...sweepScratch(),
    ...sweepWork(),
    ...sweepSources().map((what) => `removed ${what}`),
    ...caches()
      .flatMap((cache) => cache.sweep())
      .map((what) => `removed ${what}`),
  ];
  const { finished, removed, failed } = await finishInterruptedRuns(resultsRoot(), writeReports);
  await addToHistory(
    resultsRoot(),
    finished.map((folder) => path.basename(folder)),
  );
  return [
    ...done,
    ...finished.map((folder) => `finished the reports of ${path.basename(folder)}, a run that was killed`),
    ...removed.map((folder) => `removed ${folder}`),
    ...failed.map(({ folder, why }) => `cannot finish the reports of ${folder}, a run that was killed: ${why}`),
  ];
}

/** Half-written files that killed harnesses left in the cache: single values, package lists, firmware tables. */
function sweepParts(): void {
  const root = cacheRoot();
  if (!existsSync(root)) return;
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const folder of [root, ...folders.map(({ name }) => path.join(root, name))]) {
    removeParts(folder, { olderThan: partsLast });
  }
}
