// SPDX-License-Identifier: GPL-2.0-only
// What is running right now: the part of a run that live progress shows. Folded from the events.

import type { PlannedCell, RunEvent, TaskFacts } from '../results/events.ts';
import { RunRecorder, type RunRecord } from '../results/run-record.ts';
import { timeLeftMs } from './time-left.ts';

export interface RunningTask extends TaskFacts {
  note: string;
  /** Run time at which it started, as an event's `ms`. */
  sinceMs: number;
}

export interface RunningCell {
  cell: PlannedCell;
  sinceMs: number;
  /** The current step's place (from 1), label and start. */
  step: { number: number; label: string; sinceMs: number } | undefined;
}

export class Progress {
  readonly tasks = new Map<string, RunningTask>();
  readonly cells = new Map<string, RunningCell>();
  readonly #recorder = new RunRecorder();
  readonly #planned = new Map<string, PlannedCell>();
  #jobs = 1;

  add(event: RunEvent): void {
    this.#recorder.add(event);
    switch (event.type) {
      case 'run-started':
        for (const cell of event.cells) this.#planned.set(cell.id, cell);
        this.#jobs = event.jobs ?? 1;
        break;
      case 'run-resumed':
        this.tasks.clear();
        this.cells.clear();
        break;
      case 'task-started':
        this.tasks.set(taskKey(event), { ...factsOf(event), note: '', sinceMs: event.ms });
        break;
      case 'task-progress': {
        const task = this.tasks.get(taskKey(event));
        if (task !== undefined) task.note = event.note;
        break;
      }
      case 'task-ended':
        this.tasks.delete(taskKey(event));
        break;
      case 'cell-started': {
        const cell = this.#planned.get(event.id);
        if (cell !== undefined) this.cells.set(event.id, { cell, sinceMs: event.ms, step: undefined });
        break;
      }
      case 'step-started': {
        const running = this.cells.get(event.id);
        if (running !== undefined) running.step = { number: event.index + 1, label: event.label, sinceMs: event.ms };
        break;
      }
      case 'cell-ended':
        this.cells.delete(event.result.id);
        break;
      case 'cell-dropped':
        this.cells.delete(event.id);
        break;
      default:
    }
  }

  record(): RunRecord | undefined {
    return this.#recorder.record();
  }

  /** Milliseconds that the run will still take, at a run time as an event's `ms`; undefined when it is not known. */
  leftMs(nowMs: number): number | undefined {
    const record = this.record();
    if (record === undefined) return undefined;
    const runningMs = new Map([...this.cells].map(([id, { sinceMs }]) => [id, nowMs - sinceMs]));
    return timeLeftMs({ ended: record.cells, open: record.unfinished, runningMs, jobs: this.#jobs });
  }
}

function taskKey({ task, kernel = '', title }: TaskFacts): string {
  return JSON.stringify([task, kernel, title]);
}

function factsOf({ task, kernel, title }: TaskFacts): TaskFacts {
  return kernel === undefined ? { task, title } : { task, kernel, title };
}
