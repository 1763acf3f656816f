// SPDX-License-Identifier: GPL-2.0-only
// Keeps the history in step with the runs: adds the runs that are not in it yet, or makes it again from all of them.

import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { HazmatError } from '../host/errors.ts';
import { readRun } from '../results/read-run.ts';
import { entryOf, type HistoryEntry } from './entry.ts';
import { appendHistory, readHistory, rewriteHistory, type History } from './history-file.ts';

export interface UpdatedHistory extends History {
  /** Runs that cannot be read, and why: of another version, damaged. They are not in the history. */
  unreadable: { run: string; why: string }[];
}

/** Adds runs that have ended, by the names of their folders. A run that cannot be read is left out. @throws InfraError */
export async function addToHistory(resultsRoot: string, runs: readonly string[]): Promise<void> {
  const { entries } = readEntries(resultsRoot, runs);
  await appendHistory(resultsRoot, entries);
}

/** The history, after the runs that it lacks were added. Runs whose folders are gone stay in it. @throws InfraError */
export async function updateHistory(resultsRoot: string): Promise<UpdatedHistory> {
  const before = readHistory(resultsRoot);
  const known = new Set(before.entries.flatMap(({ run, parts = [] }) => [run, ...parts]));
  const missing = endedRuns(resultsRoot).filter((run) => !known.has(run));
  const { entries, unreadable } = readEntries(resultsRoot, missing);
  await appendHistory(resultsRoot, entries);
  return { ...(entries.length === 0 ? before : readHistory(resultsRoot)), unreadable };
}

/** Makes the history again from the runs. What it says of runs whose folders are gone, or cannot be read, is kept. @throws InfraError */
export async function rebuildHistory(resultsRoot: string): Promise<UpdatedHistory> {
  const { entries, unreadable } = readEntries(resultsRoot, endedRuns(resultsRoot));
  const made = new Set(entries.map(({ run }) => run));
  await rewriteHistory(resultsRoot, (before) => [...before.filter(({ run }) => !made.has(run)), ...entries]);
  return { ...readHistory(resultsRoot), unreadable };
}

/** Names of the folders that hold a run with its run.json. */
export function endedRuns(resultsRoot: string): string[] {
  if (!existsSync(resultsRoot)) return [];
  return readdirSync(resultsRoot, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .filter((name) => existsSync(path.join(resultsRoot, name, 'run.json')))
    .sort();
}

function readEntries(resultsRoot: string, runs: readonly string[]): Pick<UpdatedHistory, 'entries' | 'unreadable'> {
  const entries: HistoryEntry[] = [];
  const unreadable: UpdatedHistory['unreadable'] = [];
  for (const run of runs) {
    try {
      entries.push(entryOf(run, readRun(path.join(resultsRoot, run))));
    } catch (error) {
      if (!(error instanceof HazmatError)) throw error;
      unreadable.push({ run, why: error.message });
    }
  }
  return { entries, unreadable };
}
