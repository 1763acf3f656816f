// SPDX-License-Identifier: GPL-2.0-only
// Progress without a terminal, such as in a CI log: one line for each task and cell that ended, with the time, and once a minute one
// for each step that does not end.

import type { Writable } from 'node:stream';
import type { Reporter, RunEvent } from '../results/events.ts';
import { finalReport, shownFolder } from './final-report.ts';
import { cellLine, columnsFor, messageLine, isWorthALine, retryLine, taskLine, type Columns } from './lines.ts';
import { leftWords } from './live-view.ts';
import { Progress } from './progress.ts';
import { resumedHeader, runHeader } from './run-header.ts';
import { shortName } from '../results/kernel-labels.ts';
import type { Style } from './style.ts';
import { elapsed, visible } from './text.ts';
import { repeatSuffix } from './verdict-words.ts';

/** Milliseconds between two progress lines of one task: a build takes minutes, and the reader of a log should see that it goes on. */
const progressEveryMs = 60_000;

const stampWidth = 'hh:mm:ss  '.length;

export class PlainTerminal implements Reporter {
  readonly name = 'terminal';
  readonly #stream: Writable;
  readonly #style: Style;
  readonly #width: number;
  readonly #progress = new Progress();
  #columns: Columns = { kernel: 0, scenario: 0 };
  /** By task: when it began or last had a line, in milliseconds since the epoch. */
  readonly #lastLine = new Map<string, number>();
  /** Run time of the last line that says how far the run is. */
  #lastProgressMs = 0;
  /** Milliseconds since the epoch at which the run time was 0. */
  #began = Date.now();
  readonly #timer: NodeJS.Timeout;

  constructor(stream: Writable, style: Style, width: number) {
    this.#stream = stream;
    this.#style = style;
    this.#width = width;
    this.#timer = setInterval(() => {
      this.#stillRunning();
    }, progressEveryMs);
    this.#timer.unref();
  }

  recall(event: RunEvent): void {
    this.#progress.add(event);
    if (event.type === 'run-started') this.#columns = columnsFor(event);
  }

  onEvent(event: RunEvent): void {
    this.#progress.add(event);
    this.#began = Date.parse(event.time) - event.ms;
    for (const line of this.#linesOf(event)) this.#stream.write(`${clockTime(event.time)}  ${line}\n`);
  }

  close(): void {
    clearInterval(this.#timer);
    const record = this.#progress.record();
    if (record === undefined) return;
    const page = { style: this.#style, width: this.#width, folder: shownFolder(record.folder, process.cwd()) };
    this.#stream.write(`\n${finalReport(record, page).join('\n')}\n`);
  }

  #linesOf(event: RunEvent): string[] {
    const style = this.#style;
    // A log has no right edge: lines are not cut, since a search would miss the rest.
    const width = Number.POSITIVE_INFINITY;
    switch (event.type) {
      case 'run-started':
        this.#columns = columnsFor(event);
        return runHeader(event, style, this.#width - stampWidth, shownFolder(event.folder, process.cwd()));
      case 'run-resumed':
        return resumedHeader(this.#progress.record(), style);
      case 'cell-retried':
        return [retryLine(event, style)];
      case 'task-started':
        this.#lastLine.set(event.task, Date.parse(event.time));
        return [];
      case 'task-progress': {
        const now = Date.parse(event.time);
        if (now - (this.#lastLine.get(event.task) ?? now) < progressEveryMs) return [];
        this.#lastLine.set(event.task, now);
        return [style.paint('quiet', `${event.title}: ${event.note}`)];
      }
      case 'task-ended':
        return isWorthALine(event) ? [taskLine(event, style, width)] : [];
      case 'cell-ended':
        return [cellLine(event.result, this.#columns, style, width), ...this.#howFar(event.ms)];
      case 'message':
        return [messageLine(event, style)];
      default:
        return [];
    }
  }

  /** A line for each cell whose step has begun a minute ago or earlier: it may wait for a deadline, which is long on a busy machine. */
  #stillRunning(): void {
    const now = new Date();
    for (const { cell, step } of this.#progress.cells.values()) {
      if (step === undefined) continue;
      const since = now.getTime() - this.#began - step.sinceMs;
      if (since < progressEveryMs) continue;
      const what = visible(
        `${cell.scenario}${repeatSuffix(cell)} on ${shortName(cell.kernel)}: ${step.number}. ${step.label}`,
      );
      const line = this.#style.paint('quiet', `${what}, ${elapsed(since)} so far`);
      this.#stream.write(`${clockTime(now.toISOString())}  ${line}\n`);
    }
  }

  /** Now and then, how far the run is and how long it will still take. */
  #howFar(nowMs: number): string[] {
    if (nowMs - this.#lastProgressMs < progressEveryMs) return [];
    const record = this.#progress.record();
    if (record === undefined || record.unfinished.length === 0) return [];
    this.#lastProgressMs = nowMs;
    const left = this.#progress.leftMs(nowMs);
    const planned = record.cells.length + record.unfinished.length;
    const words = `${record.cells.length} of ${planned} cells${left === undefined ? '' : `, ${leftWords(left)}`}`;
    return [this.#style.paint('quiet', words)];
  }
}

/** Local wall-clock time, `10:15:02`. */
function clockTime(iso: string): string {
  const date = new Date(iso);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}
