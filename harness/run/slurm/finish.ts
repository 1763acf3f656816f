// SPDX-License-Identifier: GPL-2.0-only
// Makes one run of what the parts of a submission have left.

import path from 'node:path';
import { ExitCode, InfraError } from '../../host/errors.ts';
import { writeReports } from '../../report/write-reports.ts';
import { finishInterruptedRuns } from '../../results/interrupted-runs.ts';
import { readRun } from '../../results/read-run.ts';
import { RunFolder } from '../../results/run-folder.ts';
import type { RunRecord } from '../../results/run-record.ts';
import { EventStream } from '../../results/stream.ts';
import { mergeRuns } from '../merge.ts';
import { partFolder, readPlan, writeSubmission, type Submission } from './submission.ts';
import { newestRun, nextTry } from './tries.ts';

/**
 * Merges the parts. Cells of parts that were lost for good are in the merged run without a verdict.
 * @param lost why, by part
 * @throws InfraError when no part has a run
 */
export async function finishSubmission(
  folder: string,
  submission: Submission,
  lost: ReadonlyMap<number, string>,
): Promise<{ folder: string; record: RunRecord }> {
  const numbers = Array.from({ length: submission.parts }, (_, index) => index + 1);
  const runs = new Map<number, string>();
  for (const part of numbers) {
    const found = newestRun(partFolder(folder, part));
    if (found?.run === undefined) continue;
    // A run that was lost has no end yet.
    await finishInterruptedRuns(found.folder, writeReports);
    runs.set(part, found.run);
  }
  const [some] = runs.values();
  if (some === undefined) {
    throw new InfraError('no part was run', {
      hint: [...lost.values(), `What the jobs printed is in ${path.join(folder, 'logs')}.`].join('\n'),
    });
  }
  const { environment } = readRun(some);
  for (const part of numbers) {
    if (!runs.has(part)) runs.set(part, await emptyRun(folder, submission, part, environment));
  }
  const ordered = numbers.flatMap((part) => runs.get(part) ?? []);
  const about = { command: submission.command, errors: [...lost.values()] };
  const merged = await mergeRuns(ordered, submission.results, submission.name, about);
  writeSubmission(folder, { ...submission, merged: merged.folder });
  return merged;
}

/** The run of a part that no node has run: its cells are planned, and none has a verdict. */
async function emptyRun(
  folder: string,
  { name, parts, jobs, settling, command }: Submission,
  part: number,
  environment: Record<string, string>,
): Promise<string> {
  const place = partFolder(folder, part);
  const root = nextTry(place, { job: '', restarts: 0, node: '', started: new Date().toISOString() }).folder;
  const { variants, cells, dropped, shard } = readPlan(folder, part);
  const run = await RunFolder.create(root, `${name}-${part}-of-${parts}`, writeReports);
  const stream = new EventStream();
  stream.add(run);
  stream.emit({
    ...{ type: 'run-started', name: path.basename(run.path), folder: run.path, command, jobs, environment },
    ...{ cells, variants, settling, dropped, shard, kernels: variants.map((variant) => variant.name) },
  });
  stream.emit({
    ...{ type: 'run-ended', exitCode: ExitCode.infrastructure, interrupted: true, durationMs: stream.runMs },
  });
  await stream.close();
  return run.path;
}
