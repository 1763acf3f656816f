// SPDX-License-Identifier: GPL-2.0-only
// Runs that kill -9 left without an end in results/. The next start finishes them from events.jsonl.

import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { renderError } from '../host/errors.ts';
import { removeParts } from '../host/atomic-file.ts';
import { takeLock } from '../host/lock.ts';
import { isLiving, sweepLives, tagOf } from '../host/life.ts';
import { EventsFile, repairEvents } from './events-file.ts';
import type { RunEvent } from './events.ts';
import { ownerFile, pointLatestAt, resultsLock, type WriteReports } from './run-folder.ts';
import { RunRecorder } from './run-record.ts';

export interface FinishedRuns {
  /** Runs that now have their run.json and reports, marked as interrupted. */
  finished: string[];
  /** Folders of harnesses that died before their run began; removed. */
  removed: string[];
  /** Runs that could not be finished, and why; they are left as they are. */
  failed: { folder: string; why: string }[];
}

/**
 * Finishes every run whose harness died: reads its events (a half last line is cut off), ends them with a run-ended event
 * marked as interrupted, and writes run.json and the reports. Runs of live harnesses are not touched. Never throws for a
 * damaged run: it is reported in `failed`.
 */
export async function finishInterruptedRuns(resultsRoot: string, writeReports: WriteReports): Promise<FinishedRuns> {
  const root = path.resolve(resultsRoot);
  const done: FinishedRuns = { finished: [], removed: [], failed: [] };
  if (!existsSync(root)) return done;
  const lock = await takeLock(resultsLock(root), { what: `the results in ${root}` });
  try {
    for (const name of readdirSync(root).sort()) sweepOne(root, name, done, writeReports);
    repairLatest(root);
    sweepLives(root);
  } finally {
    lock.release();
  }
  return done;
}

function sweepOne(root: string, name: string, done: FinishedRuns, writeReports: WriteReports): void {
  const folder = path.join(root, name);
  if (/^\..+\.part\./.test(name)) {
    if (!isLiving(root, tagOf(name))) {
      rmSync(folder, { recursive: true, force: true });
      done.removed.push(folder);
    }
    return;
  }
  if (name === 'latest' || !isAbandoned(root, folder)) return;
  try {
    (finishRun(folder, writeReports) ? done.finished : done.removed).push(folder);
  } catch (error) {
    done.failed.push({ folder, why: renderError(error) });
  }
}

function isAbandoned(root: string, folder: string): boolean {
  try {
    return !isLiving(root, readFileSync(path.join(folder, ownerFile), 'utf8').trim());
  } catch {
    return false; // no owner file: a run that ended, or no run at all
  }
}

/** Gives a dead run its end. False when it never began, and so is removed. */
function finishRun(folder: string, writeReports: WriteReports): boolean {
  const file = path.join(folder, 'events.jsonl');
  const events = existsSync(file) ? repairEvents(file) : [];
  const recorder = new RunRecorder();
  for (const event of events) recorder.add(event);
  const record = recorder.record();
  if (record === undefined) {
    rmSync(folder, { recursive: true, force: true });
    return false;
  }
  const last = events.at(-1);
  const hasEnded =
    events.findLastIndex(({ type }) => type === 'run-ended') >
    events.findLastIndex(({ type }) => type === 'run-resumed');
  if (last !== undefined && !hasEnded) {
    const end: RunEvent = {
      seq: last.seq + 1,
      ms: last.ms,
      time: last.time,
      type: 'run-ended',
      exitCode: record.exitCode,
      interrupted: true,
      durationMs: record.durationMs,
    };
    const eventsFile = new EventsFile(file);
    try {
      eventsFile.append(end);
    } finally {
      eventsFile.close();
    }
  }
  writeReports(folder, record);
  removeParts(folder, { recursive: true });
  rmSync(path.join(folder, ownerFile), { force: true });
  return true;
}

/** `latest` may have pointed at a run that never began. */
function repairLatest(root: string): void {
  const latest = path.join(root, 'latest');
  if (existsSync(latest) || !isLink(latest)) return;
  rmSync(latest, { force: true });
  const newest = readdirSync(root)
    .filter((name) => existsSync(path.join(root, name, 'events.jsonl')))
    .sort()
    .at(-1);
  if (newest !== undefined) pointLatestAt(root, newest);
}

function isLink(file: string): boolean {
  try {
    readlinkSync(file);
    return true;
  } catch {
    return false;
  }
}
