// SPDX-License-Identifier: GPL-2.0-only
// Removes old runs from results/, and what Slurm's nodes wrote for runs that were merged. The history keeps what it says of them.

import { existsSync, readFileSync, renameSync, rmSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { diskUsage } from '../host/disk-usage.ts';
import { takeLock } from '../host/lock.ts';
import { isLiving, ownLife } from '../host/life.ts';
import { parseSize } from '../host/size.ts';
import { readRun } from '../results/read-run.ts';
import { ownerFile, resultsLock } from '../results/run-folder.ts';
import { endedRuns, updateHistory } from './update.ts';

/** How much of the runs is kept. What is undefined is no bound. */
export interface Keep {
  /** Milliseconds since a run ended. */
  age?: number;
  bytes?: number;
}

/** What is bounded: a run, or the folder of a submission to Slurm whose parts were merged. */
export interface KeptRun {
  /** Its name in results/. */
  run: string;
  /** ISO 8601. */
  ended: string;
  bytes: number;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Reads `30d`, `12w`, `20G`, or both with a comma between. Undefined when it is none of these. */
export function parseKeep(text: string): Keep | undefined {
  const keep: Keep = {};
  for (const word of text.split(',')) {
    const [, count, unit] = /^(\d+)([dw])$/.exec(word.trim()) ?? [];
    const bytes = parseSize(word);
    if (count !== undefined) keep.age = Number(count) * (unit === 'w' ? 7 : 1) * dayMs;
    else if (bytes !== undefined && /[KMGT]/.test(word)) keep.bytes = bytes;
    else return undefined;
  }
  return keep;
}

/** The runs that are beyond the bounds: too old, or, of the others, the oldest until the rest fits. Pure. */
export function runsBeyond(runs: readonly KeptRun[], { age = Infinity, bytes = Infinity }: Keep, now: Date): string[] {
  const newestFirst = [...runs].sort((a, b) => (a.ended < b.ended ? 1 : -1));
  let taken = 0;
  return newestFirst
    .filter((run) => {
      if (now.getTime() - Date.parse(run.ended) > age) return true;
      taken += run.bytes;
      return taken > bytes;
    })
    .map(({ run }) => run);
}

/**
 * Removes the runs that are beyond the bounds, after the history has them. The newest run (`latest`), runs that go on, and
 * runs that cannot be read, and so are not in the history, stay. `merged`: names of merged submissions in results/, which count and go as runs do.
 * @throws InfraError
 */
export async function boundRuns(
  resultsRoot: string,
  keep: Keep,
  merged: readonly string[] = [],
): Promise<{ removed: string[]; bytes: number }> {
  const { unreadable } = await updateHistory(resultsRoot);
  const unread = new Set(unreadable.map(({ run }) => run));
  const latest = path.join(resultsRoot, 'latest');
  const newest = existsSync(latest) ? path.basename(realpathSync(latest)) : undefined;
  const lock = await takeLock(resultsLock(resultsRoot), { what: `the results in ${resultsRoot}` });
  try {
    const runs = endedRuns(resultsRoot)
      .filter((run) => !unread.has(run) && !isRunning(resultsRoot, run))
      .map((run): KeptRun => {
        const folder = path.join(resultsRoot, run);
        return { run, ended: readRun(folder).ended, bytes: diskUsage(folder).bytes };
      });
    const submissions = merged.map((run): KeptRun => {
      const folder = path.join(resultsRoot, run);
      return { run, ended: statSync(folder).mtime.toISOString(), bytes: diskUsage(folder).bytes };
    });
    const all = [...runs, ...submissions];
    const removed = runsBeyond(all, keep, new Date()).filter((run) => run !== newest);
    for (const run of removed) remove(resultsRoot, run);
    const bytes = all.filter(({ run }) => removed.includes(run)).reduce((sum, run) => sum + run.bytes, 0);
    return { removed, bytes };
  } finally {
    lock.release();
  }
}

function isRunning(resultsRoot: string, run: string): boolean {
  const file = path.join(resultsRoot, run, ownerFile);
  return existsSync(file) && isLiving(resultsRoot, readFileSync(file, 'utf8').trim());
}

/** First renamed, so that no half of a run is ever seen under its name; the next start removes what a sudden death leaves. */
function remove(resultsRoot: string, run: string): void {
  const part = path.join(resultsRoot, `.${run}.part.${ownLife(resultsRoot)}`);
  renameSync(path.join(resultsRoot, run), part);
  rmSync(part, { recursive: true, force: true });
}
