// SPDX-License-Identifier: GPL-2.0-only
// The folder of one run in results/, filled during the run. results/README.md describes its contents.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../host/errors.ts';
import { takeLock } from '../host/lock.ts';
import { describeLife, isLiving, ownLife } from '../host/life.ts';
import { projectRoot } from '../host/places.ts';
import { CellStories } from './cell-story.ts';
import { EventsFile, repairEvents } from './events-file.ts';
import type { PlannedCell, Reporter, RunEvent } from './events.ts';
import { reproduceScript } from './reproduce-script.ts';
import { fileNameOf, folderTime } from './run-names.ts';
import { RunRecorder, type RunRecord } from './run-record.ts';
import { writeWholeFile } from '../host/atomic-file.ts';
import { cannotWrite } from '../host/write-error.ts';

/** Has the tag (host/life.ts, in the results folder) of the process of a run, until the run has ended. */
export const ownerFile = 'owner';

/** Writes run.json and every report into a run's folder (report/write-reports.ts). @throws InfraError */
export type WriteReports = (folder: string, record: RunRecord) => void;

/** Held while a results folder itself is changed: a run is made, `latest` is moved, runs of killed harnesses are finished. */
export function resultsLock(root: string): string {
  return path.join(root, '.lock');
}

/**
 * The run's folder as a reporter: add it to the stream first, so that an event is on disk before it is shown.
 *
 * Every event goes to events.jsonl at once. Each cell gets its folder with reproduce.sh when it starts and verdict.json
 * when it ends. close() writes run.json and the reports and removes the owner file.
 */
export class RunFolder implements Reporter {
  readonly name = 'run folder';
  /** Absolute. */
  readonly path: string;
  readonly #checkout: string;
  readonly #events: EventsFile;
  readonly #recorder = new RunRecorder();
  readonly #stories = new CellStories();
  readonly #planned = new Map<string, PlannedCell>();
  readonly #writeReports: WriteReports;

  private constructor(folder: string, writeReports: WriteReports, checkout: string) {
    this.path = folder;
    this.#writeReports = writeReports;
    this.#checkout = checkout;
    this.#events = new EventsFile(path.join(folder, 'events.jsonl'));
  }

  /**
   * Makes results/TIME-NAME/ and points results/latest at it. Two harnesses in one second get two folders, and `latest`
   * is switched atomically and in the order in which runs were made.
   * @throws InfraError naming the folder that cannot be made.
   */
  static async create(
    root: string,
    name: string,
    writeReports: WriteReports,
    options: { now?: Date; checkout?: string } = {},
  ): Promise<RunFolder> {
    const absolute = path.resolve(root);
    try {
      mkdirSync(absolute, { recursive: true });
    } catch (error) {
      throw cannotWrite(absolute, error);
    }
    const lock = await takeLock(resultsLock(absolute), { what: `the results in ${absolute}` });
    try {
      const folder = makeRunFolder(absolute, `${folderTime(options.now ?? new Date())}-${fileNameOf(name)}`);
      pointLatestAt(absolute, path.basename(folder));
      return new RunFolder(folder, writeReports, options.checkout ?? projectRoot);
    } catch (error) {
      throw cannotWrite(absolute, error);
    } finally {
      lock.release();
    }
  }

  /**
   * Opens the folder of a run that was interrupted, to go on with it, and gives what happened in it so far.
   * @throws UsageError when the run still goes on; InfraError when its events are damaged.
   */
  static async resume(
    folder: string,
    writeReports: WriteReports,
    checkout: string = projectRoot,
  ): Promise<{ folder: RunFolder; events: RunEvent[] }> {
    const root = path.dirname(folder);
    const lock = await takeLock(resultsLock(root), { what: `the results in ${root}` });
    try {
      const owner = path.join(folder, ownerFile);
      const holder = existsSync(owner) ? readFileSync(owner, 'utf8').trim() : '';
      if (isLiving(root, holder)) {
        throw new UsageError(`the run in ${folder} is still going on, in ${describeLife(root, holder)}`);
      }
      const events = repairEvents(path.join(folder, 'events.jsonl'));
      writeWholeFile(owner, `${ownLife(root)}\n`);
      // It is written again at the end; until then the run has none.
      rmSync(path.join(folder, 'run.json'), { force: true });
      pointLatestAt(root, path.basename(folder));
      const resumed = new RunFolder(folder, writeReports, checkout);
      for (const event of events) resumed.#recall(event);
      return { folder: resumed, events };
    } finally {
      lock.release();
    }
  }

  #recall(event: RunEvent): void {
    this.#recorder.add(event);
    if (event.type === 'run-started') for (const cell of event.cells) this.#planned.set(cell.id, cell);
  }

  /** Absolute folder of a planned cell, made if it is not there. Cells are known from the run-started event on. */
  cellFolder(id: string): string {
    const cell = this.#planned.get(id);
    if (cell === undefined) throw new Error(`no such cell in this run: ${id}`);
    const folder = path.join(this.path, cell.folder);
    if (!folder.startsWith(this.path + path.sep)) throw new Error(`cell ${id} leaves the run's folder: ${cell.folder}`);
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw cannotWrite(folder, error);
    }
    return folder;
  }

  onEvent(event: RunEvent): void {
    this.#recall(event);
    this.#events.append(event);
    if (event.type === 'cell-started') this.#writeReproduce(event.id);
    const story = this.#stories.add(event);
    if (story !== undefined) {
      const file = path.join(this.cellFolder(story.id), 'verdict.json');
      writeWholeFile(file, `${JSON.stringify(story, undefined, 2)}\n`);
    }
  }

  /**
   * Writes run.json and the reports. The owner file goes last, and only when all of them are whole: else the next start
   * makes them from events.jsonl.
   */
  close(): void {
    this.#events.close();
    const record = this.#recorder.record();
    if (record !== undefined) this.#writeReports(this.path, record);
    rmSync(path.join(this.path, ownerFile), { force: true });
  }

  #writeReproduce(id: string): void {
    const cell = this.#planned.get(id);
    if (cell === undefined) return;
    const folder = this.cellFolder(id);
    writeWholeFile(path.join(folder, 'reproduce.sh'), reproduceScript(cell, folder, this.#checkout), { mode: 0o777 });
  }
}

/** Makes a run's folder with its owner file in one step, so that there is never one without an owner. */
function makeRunFolder(root: string, name: string): string {
  const owner = ownLife(root);
  const part = path.join(root, `.${name}.part.${owner}`);
  try {
    mkdirSync(part);
    writeFileSync(path.join(part, ownerFile), `${owner}\n`);
    for (let number = 1; ; number++) {
      const folder = path.join(root, number === 1 ? name : `${name}-${number}`);
      if (renamedInto(part, folder)) return folder;
    }
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error;
  }
}

/** rename(2) of a folder onto one that holds something fails; so the name belongs to one process only. */
function renamedInto(part: string, folder: string): boolean {
  try {
    renameSync(part, folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return false;
    throw error;
  }
}

/** Switches `latest` to the run of this name. To be called with the results lock held. */
export function pointLatestAt(root: string, run: string): void {
  const part = path.join(root, `.latest.part.${ownLife(root)}`);
  rmSync(part, { force: true });
  symlinkSync(run, part);
  renameSync(part, path.join(root, 'latest'));
}
