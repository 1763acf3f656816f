// SPDX-License-Identifier: GPL-2.0-only
// Cells of earlier runs that can be taken over, because all that their verdict depends on is the same.

import { copyFileSync, constants, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { HistoryEntry } from '../../history/entry.ts';
import { HazmatError } from '../../host/errors.ts';
import { readRecorded } from '../../results/read-recorded.ts';
import { readRun } from '../../results/read-run.ts';
import { cellStorySchema } from '../../results/schemas.ts';
import type { CellStory } from '../../results/cell-story.ts';
import type { CellResult, PlannedCell, RunEventBody } from '../../results/events.ts';
import type { RunRecord } from '../../results/run-record.ts';

/** A cell of an earlier run, with where its files are. */
interface Found {
  story: CellStory;
  folder: string;
  run: string;
}

/** The cells of earlier runs by their inputs; each is given away once. */
export class Reusable {
  readonly #root: string;
  /** Inputs and repetition to names of runs, the newest last. */
  readonly #runs = new Map<string, string[]>();
  readonly #records = new Map<string, RunRecord | undefined>();

  /** @param entries the history; only runs whose folders are still there give cells */
  constructor(resultsRoot: string, entries: readonly HistoryEntry[]) {
    this.#root = resultsRoot;
    for (const { run, cells } of entries) {
      for (const { inputs } of cells) {
        if (inputs === undefined) continue;
        const runs = this.#runs.get(inputs) ?? [];
        if (runs.at(-1) !== run) runs.push(run);
        this.#runs.set(inputs, runs);
      }
    }
  }

  /** The newest cell with these inputs and this repetition; undefined when there is none with its files. */
  find(cell: PlannedCell, inputs: string): Found | undefined {
    for (const run of this.#runs.get(inputs)?.toReversed() ?? []) {
      const result = this.#record(run)?.cells.find(
        (one) => one.inputs === inputs && one.scenario === cell.scenario && one.repeat === cell.repeat,
      );
      if (result === undefined || !isSettled(result)) continue;
      const folder = path.join(this.#root, run, result.folder);
      const story = storyIn(folder);
      if (story !== undefined) return { story, folder, run: story.reused?.run ?? run };
    }
    return undefined;
  }

  #record(run: string): RunRecord | undefined {
    if (!this.#records.has(run)) this.#records.set(run, recordIn(path.join(this.#root, run)));
    return this.#records.get(run);
  }
}

/** Whether a verdict may stand for another run: an error says nothing. */
function isSettled({ verdict }: Pick<CellResult, 'verdict'>): boolean {
  return verdict !== 'error' && verdict !== 'unbuilt';
}

/**
 * Takes a cell over: its files are copied, and what happened in it happens again as events, so that every report knows it. The
 * result says which run it is from.
 */
export function takeOver(
  cell: PlannedCell,
  found: Found,
  folder: string,
  emit: (event: RunEventBody) => void,
): CellResult {
  copyFiles(found.folder, folder);
  const { story, run } = found;
  const { version, steps, signals, ...before } = story;
  const id = cell.id;
  emit({ type: 'cell-started', id });
  for (const { ms, ...step } of steps) emit({ type: 'step-ended', id, ...step });
  for (const { ms, ...signal } of signals) emit({ type: 'signal', id, ...signal });
  for (const deviation of before.deviations) emit({ type: 'deviation', id, deviation });
  const result: CellResult = { ...before, ...cell, reused: { run } };
  emit({ type: 'cell-ended', result });
  return result;
}

/** Files only: reproduce.sh and verdict.json are written for this run. */
function copyFiles(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (!entry.isFile() || ['reproduce.sh', 'verdict.json'].includes(entry.name)) continue;
    copyFileSync(path.join(from, entry.name), path.join(to, entry.name), constants.COPYFILE_FICLONE);
  }
}

function storyIn(folder: string): CellStory | undefined {
  const file = path.join(folder, 'verdict.json');
  return existsSync(file) ? ifReadable(() => readRecorded(file, cellStorySchema)) : undefined;
}

function recordIn(folder: string): RunRecord | undefined {
  return ifReadable(() => readRun(folder));
}

function ifReadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof HazmatError) return undefined;
    throw error;
  }
}
