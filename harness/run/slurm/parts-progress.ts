// SPDX-License-Identifier: GPL-2.0-only
// The parts of a submission as one run on the terminal: their events, as they come, in the stream of the one who follows them.

import path from 'node:path';
import { readEvents } from '../../results/events-file.ts';
import type { PlannedCell, Reporter, RunEvent, RunEventBody } from '../../results/events.ts';
import { EventStream } from '../../results/stream.ts';
import { partFolder, readPlan, type Submission } from './submission.ts';
import { EventTail } from './tail.ts';
import { newestRun } from './tries.ts';

interface Watched {
  part: number;
  run: string | undefined;
  tail: EventTail | undefined;
  /** Number of the last event that was passed on. */
  seq: number;
}

/** What of a part's events is an event of the whole. The start and the end of a part are not. */
const passed: readonly RunEvent['type'][] = [
  ...(['task-started', 'task-progress', 'task-ended', 'kernel-ready', 'cell-started', 'step-started'] as const),
  ...(['step-ended', 'cell-retried', 'cell-ended', 'cell-dropped', 'message'] as const),
];

export class PartsProgress {
  readonly #folder: string;
  readonly #terminal: Reporter;
  readonly #stream = new EventStream();
  readonly #watched: Watched[];

  constructor(folder: string, submission: Submission, terminal: Reporter) {
    this.#folder = folder;
    this.#terminal = terminal;
    this.#stream.add(terminal);
    this.#watched = Array.from({ length: submission.parts }, (_, index) => ({
      ...{ part: index + 1, run: undefined, tail: undefined, seq: 0 },
    }));
    const start = startOf(folder, submission);
    const earlier = this.#read();
    if (earlier.length === 0) this.#stream.emit(start);
    else this.#goOn(start, earlier);
  }

  /** Passes on what has happened since the last look. */
  look(): void {
    for (const event of this.#read()) this.#stream.emit(event);
  }

  /** One line of the one who follows. */
  say(level: 'info' | 'warning' | 'error', text: string): void {
    this.#stream.emit({ type: 'message', level, text });
  }

  /** Ends the terminal with the report of the merged run; without one, with what is known so far. */
  async close(merged: string | undefined): Promise<void> {
    if (merged !== undefined) {
      for (const event of readEvents(path.join(merged, 'events.jsonl'))) this.#terminal.recall?.(event);
    }
    await this.#stream.close();
  }

  /** Who comes back to a submission sees what has ended as known, and what runs as running. */
  #goOn(start: RunEventBody, earlier: readonly RunEvent[]): void {
    const known = (event: RunEventBody): void =>
      this.#terminal.recall?.({ ...event, seq: 0, ms: 0, time: new Date().toISOString() });
    known(start);
    const ended = new Set<string>();
    for (const event of earlier) {
      if (event.type === 'cell-ended') ended.add(event.result.id);
      if (['cell-ended', 'cell-dropped', 'kernel-ready'].includes(event.type)) known(event);
    }
    this.#stream.emit({ type: 'run-resumed', command: '' });
    for (const event of earlier) {
      if (event.type === 'cell-started' && !ended.has(event.id)) this.#stream.emit(bodyOf(event));
    }
  }

  #read(): RunEvent[] {
    return this.#watched.flatMap((watched) => this.#readPart(watched)).filter(({ type }) => passed.includes(type));
  }

  #readPart(watched: Watched): RunEvent[] {
    const run = newestRun(partFolder(this.#folder, watched.part))?.run;
    if (run === undefined) return [];
    if (run !== watched.run) {
      watched.run = run;
      watched.tail = new EventTail(path.join(run, 'events.jsonl'));
    }
    const events = watched.tail?.read() ?? [];
    // A try that goes on with a lost one begins with the events of that; one that begins again counts from 1.
    if (events.some(({ type }) => type === 'run-started') && !events.some(({ type }) => type === 'run-resumed'))
      watched.seq = 0;
    const fresh = events.filter(({ seq }) => seq > watched.seq);
    watched.seq = Math.max(watched.seq, ...fresh.map(({ seq }) => seq));
    return fresh;
  }
}

/** An event without its stamps: the stream has its own clock. */
function bodyOf({ seq, ms, time, ...body }: RunEvent): RunEventBody {
  return body;
}

function startOf(folder: string, submission: Submission): RunEventBody {
  const plans = Array.from({ length: submission.parts }, (_, index) => readPlan(folder, index + 1));
  const placed = plans.flatMap(({ cells, shard }) => cells.map((cell, at) => ({ cell, place: shard.places[at] ?? 0 })));
  const cells: PlannedCell[] = placed.sort((a, b) => a.place - b.place).map(({ cell }) => cell);
  return {
    type: 'run-started',
    name: path.basename(folder),
    folder,
    command: submission.command,
    cells,
    kernels: [...new Set(cells.map(({ kernel }) => kernel))],
    environment: {},
    jobs: submission.parts * submission.jobs,
  };
}
