// SPDX-License-Identifier: GPL-2.0-only
// Runs of several nights for tests of the history.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { entryOf, type HistoryEntry } from '../../harness/history/entry.ts';
import type { CellResult } from '../../harness/results/events.ts';
import type { RunRecord } from '../../harness/results/run-record.ts';
import { ended, planned, recordOf } from '../results/story.ts';

export const nightName = (night: number): string => `2026-11-${String(night).padStart(2, '0')}T01-00-00-nightly`;

/** The record of a night (1 to 30) with one cell of each scenario on a kernel. */
export function night(number: number, cells: Record<string, Partial<CellResult>>, kernel = 'debian:6.12'): RunRecord {
  const plan = Object.keys(cells).map((scenario) => planned(scenario, kernel, { content: `${scenario} as is` }));
  const results = plan.map((cell) => ended(cell, cells[cell.scenario]));
  const record = recordOf({ name: 'nightly', kernels: [kernel], cells: plan, results });
  const day = `2026-11-${String(number).padStart(2, '0')}`;
  return { ...record, started: `${day}T01:00:00.000Z`, ended: `${day}T01:10:00.000Z` };
}

/** The history of nights, from the first of the month on. */
export function nights(...records: Record<string, Partial<CellResult>>[]): HistoryEntry[] {
  return records.map((cells, index) => entryOf(nightName(index + 1), night(index + 1, cells)));
}

/** Writes the folder of a night. */
export function writeNight(root: string, number: number, record: RunRecord): string {
  const folder = path.join(root, nightName(number));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'run.json'), JSON.stringify(record));
  return folder;
}

/** A failed expectation, unless `more` says otherwise. */
export function failed(title = 'signals: nobody was signaled', more: Partial<CellResult> = {}): Partial<CellResult> {
  return {
    verdict: 'fail',
    why: title,
    deviations: [{ kind: 'fail', step: 'signals', stepIndex: 1, title, wanted: 'SIGBUS', seen: 'no signal' }],
    ...more,
  };
}
