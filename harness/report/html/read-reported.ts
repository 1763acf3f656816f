// SPDX-License-Identifier: GPL-2.0-only
// Reads from a run's folder what an HTML report is made from.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { readEvents } from '../../results/events-file.ts';
import type { PlannedCell } from '../../results/events.ts';
import { readRun } from '../../results/read-run.ts';
import type { RunRecord } from '../../results/run-record.ts';
import type { CellTexts } from './cell-detail.ts';
import type { ReportedRun } from './make-report.ts';

/** Files of a cell that a report shows. Those of passing cells are not read: they are left out. */
const shownFiles = ['dmesg.txt', 'qemu.txt'];
const evidenceFiles = ['crash.txt', 'hang.txt', 'error.txt'];

/** @throws UsageError when the folder holds no whole run; InfraError for a damaged events.jsonl */
export function readReported(folder: string): ReportedRun {
  const record = readRun(folder);
  const events = path.join(record.folder, 'events.jsonl');
  return {
    record,
    events: existsSync(events) ? readEvents(events) : [],
    texts: (cell, withLog) => readTexts(record.folder, cell, withLog),
  };
}

function readTexts(run: string, cell: PlannedCell, withLog: boolean): CellTexts {
  const texts = new Map<string, string>();
  for (const name of [...evidenceFiles, ...(withLog ? shownFiles : [])]) {
    const file = path.join(run, cell.folder, name);
    if (existsSync(file)) texts.set(name, readFileSync(file, 'utf8'));
  }
  return texts;
}

/** The runs in a folder of results, in any order; what is no whole run of this version of the format is left out. */
export function readNights(resultsRoot: string): RunRecord[] {
  return readdirSync(resultsRoot, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory() || !existsSync(path.join(resultsRoot, entry.name, 'run.json'))) return [];
    try {
      return [readRun(path.join(resultsRoot, entry.name))];
    } catch {
      return [];
    }
  });
}
