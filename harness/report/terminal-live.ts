// SPDX-License-Identifier: GPL-2.0-only
// Progress on a terminal: what ended scrolls up as lines, what is running is redrawn at the foot, the report comes last.

import { performance } from 'node:perf_hooks';
import { createLogUpdate } from 'log-update';
import type { Reporter, RunEvent } from '../results/events.ts';
import { headlineOf, finalReport, shownFolder } from './final-report.ts';
import { cellLine, columnsFor, messageLine, isWorthALine, retryLine, taskLine, type Columns } from './lines.ts';
import { liveView } from './live-view.ts';
import { Progress } from './progress.ts';
import { resumedHeader, runHeader } from './run-header.ts';
import type { Style } from './style.ts';

/** At most ten drawings a second. */
const redrawMs = 100;

/** A terminal, or what behaves like one: the size may be unknown. */
export type Screen = NodeJS.WritableStream & { columns?: number; rows?: number };

/** Redraws with log-update, which hides the cursor and restores it however the process ends. */
export class LiveTerminal implements Reporter {
  readonly name = 'terminal';
  readonly #stream: Screen;
  readonly #style: Style;
  readonly #draw: ReturnType<typeof createLogUpdate>;
  readonly #progress = new Progress();
  readonly #timer: NodeJS.Timeout;
  #columns: Columns = { kernel: 0, scenario: 0 };
  /** performance.now() when the run started. */
  #startedMs = performance.now();
  #scrolled: string[] = [];

  constructor(stream: Screen, style: Style) {
    this.#stream = stream;
    this.#style = style;
    this.#draw = createLogUpdate(stream);
    this.#timer = setInterval(() => this.#redraw(), redrawMs);
    this.#timer.unref();
  }

  recall(event: RunEvent): void {
    this.#progress.add(event);
    if (event.type === 'run-started') this.#columns = columnsFor(event);
  }

  onEvent(event: RunEvent): void {
    this.#startedMs = performance.now() - event.ms;
    this.#progress.add(event);
    const { width } = this.#size();
    switch (event.type) {
      case 'run-started':
        this.#columns = columnsFor(event);
        this.#scrolled.push(...runHeader(event, this.#style, width, shownFolder(event.folder, process.cwd())), '');
        break;
      case 'run-resumed':
        this.#scrolled.push(...resumedHeader(this.#progress.record(), this.#style), '');
        break;
      case 'cell-retried':
        this.#scrolled.push(retryLine(event, this.#style));
        break;
      case 'task-ended':
        if (isWorthALine(event)) this.#scrolled.push(taskLine(event, this.#style, width));
        break;
      case 'cell-ended':
        this.#scrolled.push(cellLine(event.result, this.#columns, this.#style, width));
        break;
      case 'message':
        this.#scrolled.push(messageLine(event, this.#style));
        break;
      default:
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#scroll();
    this.#draw.clear();
    this.#draw.done();
    const record = this.#progress.record();
    if (record === undefined) return;
    const page = { style: this.#style, width: this.#size().width, folder: shownFolder(record.folder, process.cwd()) };
    const trivial = record.cells.length <= 1 && record.cells.every((cell) => cell.verdict === 'pass');
    const lines = trivial ? [headlineOf(record, page)] : finalReport(record, page);
    this.#stream.write(`\n${lines.join('\n')}\n`);
  }

  #redraw(): void {
    this.#scroll();
    const { width, height } = this.#size();
    const nowMs = performance.now() - this.#startedMs;
    const lines = liveView(this.#progress, { style: this.#style, columns: this.#columns, width, height, nowMs });
    if (lines.length > 0) this.#draw(lines.join('\n'));
  }

  // Not log-update's persist(): it cuts what is printed at once to the height of the terminal.
  #scroll(): void {
    if (this.#scrolled.length === 0) return;
    this.#draw.clear();
    this.#stream.write(`${this.#scrolled.join('\n')}\n`);
    this.#scrolled = [];
  }

  #size(): { width: number; height: number } {
    return { width: this.#stream.columns || 80, height: this.#stream.rows || 24 };
  }
}
