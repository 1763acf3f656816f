// SPDX-License-Identifier: GPL-2.0-only
// Makes one run of several: the parts of a plan that was split over machines, or runs that have no cell in common.

import { constants, copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { addToHistory } from '../history/update.ts';
import { quoteArgv } from '../host/program.ts';
import { writeReports } from '../report/write-reports.ts';
import { readEvents } from '../results/events-file.ts';
import type { PlannedCell, RunEvent, RunEventBody } from '../results/events.ts';
import { readRun } from '../results/read-run.ts';
import { RunFolder } from '../results/run-folder.ts';
import { RunRecorder, type RunRecord } from '../results/run-record.ts';
import { coverageFolder } from './coverage/symbols.ts';
import { refuseStrangers } from './merge-check.ts';
import { updateMaps } from './touching/update-map.ts';

export interface Part {
  record: RunRecord;
  events: RunEvent[];
}

/** What the parts do not say of themselves. */
export interface AboutMerge {
  /** The command that made all of them, if it was one. */
  command?: string;
  /** What became of them afterwards. */
  errors?: readonly string[];
}

/**
 * Merges runs into a new folder in results/. The runs stay as they are.
 * @throws UsageError when they do not belong together, with the reason; InfraError
 */
export async function mergeRuns(
  folders: readonly string[],
  resultsRoot: string,
  name: string,
  about: AboutMerge = {},
): Promise<{ folder: string; record: RunRecord }> {
  const parts = folders.map((folder): Part => ({
    record: readRun(folder),
    events: readEvents(path.join(folder, 'events.jsonl')),
  }));
  refuseStrangers(parts.map(({ record }) => record));
  const folder = await RunFolder.create(resultsRoot, name, writeReports);
  const recorder = new RunRecorder();
  for (const { record } of parts) {
    for (const cell of record.cells) copyCell(record.folder, folder.path, cell);
    const symbols = coverageFolder(record.folder);
    if (existsSync(symbols)) copyFiles(symbols, coverageFolder(folder.path));
  }
  for (const event of mergedEvents(parts, folder.path, about)) {
    recorder.add(event);
    folder.onEvent(event);
  }
  folder.close();
  await addToHistory(resultsRoot, [path.basename(folder.path)]);
  if (existsSync(coverageFolder(folder.path))) await updateMaps(readRun(folder.path));
  const record = recorder.record();
  if (record === undefined) throw new Error('a merged run without a start');
  return { folder: folder.path, record };
}

/** The events of all parts as those of one run, in order of their time. Pure. @internal for tests */
export function mergedEvents(
  parts: readonly Part[],
  folder: string,
  { command = commandFor(parts), errors = [] }: AboutMerge = {},
): RunEvent[] {
  const start = Math.min(...parts.map(({ record }) => Date.parse(record.started)));
  const bodies = parts
    .flatMap(({ events }) => events)
    .filter(({ type }) => type !== 'run-started' && type !== 'run-ended' && type !== 'run-resumed')
    .sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  const recorder = new RunRecorder();
  const events: RunEvent[] = [];
  const add = (body: RunEventBody, time: string): void => {
    const event = { ...body, seq: events.length + 1, ms: Date.parse(time) - start, time };
    recorder.add(event);
    events.push(event);
  };
  add(startOf(parts, folder, command), new Date(start).toISOString());
  for (const event of bodies) add(event, event.time);
  const ended = parts.map(({ record }) => record.ended).sort();
  const { exitCode = 3 } = recorder.record() ?? {};
  const time = ended.at(-1) ?? new Date(start).toISOString();
  for (const text of errors) add({ type: 'message', level: 'error', text }, time);
  const interrupted = parts.some(({ record }) => record.interrupted);
  add({ type: 'run-ended', exitCode, interrupted, durationMs: Date.parse(time) - start }, time);
  return events;
}

function commandFor(parts: readonly Part[]): string {
  return quoteArgv(['npx', 'hazmat', 'merge', ...parts.map(({ record }) => record.name)]);
}

function startOf(
  parts: readonly Part[],
  folder: string,
  command: string,
): Extract<RunEventBody, { type: 'run-started' }> {
  const starts = parts.flatMap(({ events }) => events.filter((event) => event.type === 'run-started'));
  const cells = plannedCells(starts);
  const dropped = new Map(starts.flatMap((one) => (one.dropped ?? []).map((cell) => [cell.id, cell])));
  const variants = new Map(starts.flatMap((one) => (one.variants ?? []).map((variant) => [variant.name, variant])));
  return {
    type: 'run-started',
    name: path.basename(folder),
    folder,
    command,
    cells,
    kernels: [...new Set([...cells.map(({ kernel }) => kernel), ...starts.flatMap(({ kernels }) => kernels)])],
    environment: mergedFacts(parts.map(({ record }) => record.environment)),
    jobs: starts.reduce((sum, { jobs = 1 }) => sum + jobs, 0),
    parts: parts.map(({ record }) => path.basename(record.folder)),
    ...(dropped.size === 0 ? {} : { dropped: [...dropped.values()] }),
    ...(variants.size === 0 ? {} : { variants: [...variants.values()] }),
  };
}

/** Shards in the order of the plan that they are of; other runs one after the other. */
function plannedCells(starts: readonly Extract<RunEventBody, { type: 'run-started' }>[]): PlannedCell[] {
  const placed = starts.flatMap(({ cells, shard }) =>
    cells.map((cell, index) => ({ cell, place: shard?.places[index] ?? 0 })),
  );
  return placed.sort((a, b) => a.place - b.place).map(({ cell }) => cell);
}

/** Facts that differ, such as the host, are all named. */
function mergedFacts(environments: readonly Record<string, string>[]): Record<string, string> {
  const keys = [...new Set(environments.flatMap((one) => Object.keys(one)))];
  return Object.fromEntries(
    keys.map((key) => [key, [...new Set(environments.flatMap((one) => one[key] ?? []))].join('; ')]),
  );
}

/** verdict.json and reproduce.sh are written again. */
function copyCell(from: string, to: string, { folder }: PlannedCell): void {
  const source = path.join(from, folder);
  if (!existsSync(source)) return;
  copyFiles(source, path.join(to, folder));
  const tries = path.join(source, 'first-try');
  if (existsSync(tries)) copyFiles(tries, path.join(to, folder, 'first-try'));
}

function copyFiles(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isFile())
      copyFileSync(path.join(from, entry.name), path.join(to, entry.name), constants.COPYFILE_FICLONE);
  }
}
