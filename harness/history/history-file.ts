// SPDX-License-Identifier: GPL-2.0-only
// history.jsonl next to the runs: a line for each run, only ever appended to. It can be made again from the runs at any time.

import { closeSync, existsSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { lockNextTo, takeLock } from '../host/lock.ts';
import { writeWholeFile } from '../host/atomic-file.ts';
import { cannotWrite } from '../host/write-error.ts';
import { historyEntrySchema, type HistoryEntry } from './entry.ts';

export interface History {
  /** Each run once, in order of their start. */
  entries: HistoryEntry[];
  /** Lines that are no whole entry of this version: cut off by a sudden death, or of another hazmat. */
  leftOut: number;
}

const newline = 0x0a;

export function historyFile(resultsRoot: string): string {
  return path.join(resultsRoot, 'history.jsonl');
}

/**
 * The runs of the history. Of a run that is in it several times, such as one that was resumed, the last line counts.
 * @param lastBytes read only so many bytes from the end of the file, for what needs recent runs only
 */
export function readHistory(resultsRoot: string, lastBytes = Infinity): History {
  const file = historyFile(resultsRoot);
  const runs = new Map<string, HistoryEntry>();
  let leftOut = 0;
  for (const line of existsSync(file) ? linesAtEnd(file, lastBytes) : []) {
    const entry = historyEntrySchema.safeParse(jsonOf(line)).data;
    if (entry === undefined) leftOut++;
    else runs.set(entry.run, entry);
  }
  // Nothing counts twice: a merged run stands for its parts.
  for (const { parts = [] } of [...runs.values()]) for (const part of parts) runs.delete(part);
  const entries = [...runs.values()].sort((a, b) => (a.started < b.started ? -1 : 1));
  return { entries, leftOut };
}

/**
 * Appends runs. Each is written by one write(2) under a lock, behind a line end if the last writer died in its line, so
 * that no two writers mix.
 * @throws InfraError naming the file
 */
export async function appendHistory(resultsRoot: string, entries: readonly HistoryEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const file = historyFile(resultsRoot);
  const lock = await takeLock(lockNextTo(file), { what: file });
  try {
    const fd = openSync(file, 'a+');
    try {
      for (const entry of entries) appendLine(fd, JSON.stringify(entry));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw cannotWrite(file, error);
  } finally {
    lock.release();
  }
}

/** Replaces the whole history by what `change` makes of it; nobody else writes meanwhile. @throws InfraError naming the file */
export async function rewriteHistory(
  resultsRoot: string,
  change: (before: HistoryEntry[]) => HistoryEntry[],
): Promise<void> {
  const file = historyFile(resultsRoot);
  const lock = await takeLock(lockNextTo(file), { what: file });
  try {
    const entries = change(readHistory(resultsRoot).entries);
    writeWholeFile(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  } finally {
    lock.release();
  }
}

function appendLine(fd: number, line: string): void {
  const size = fstatSync(fd).size;
  const last = Buffer.alloc(1);
  const isCut = size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== newline;
  const bytes = Buffer.from(`${isCut ? '\n' : ''}${line}\n`);
  for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written);
}

/** The lines in the last bytes of a file; the first one is left out unless the file begins with it. */
function linesAtEnd(file: string, lastBytes: number): string[] {
  const fd = openSync(file, 'r');
  try {
    const { size } = fstatSync(fd);
    const from = Math.max(0, size - lastBytes);
    const bytes = Buffer.alloc(size - from);
    const read = readSync(fd, bytes, 0, bytes.length, from);
    const lines = bytes.toString('utf8', 0, read).split('\n');
    return (from === 0 ? lines : lines.slice(1)).filter((line) => line !== '');
  } finally {
    closeSync(fd);
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
