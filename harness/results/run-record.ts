// SPDX-License-Identifier: GPL-2.0-only
// A run as a whole: what run.json holds, and what every report is made from. It is folded from the events and nothing else.

import type { z } from 'zod';
import { exitCodeOf } from './exit-code.ts';
import type { CellResult, KernelFacts, RunEvent } from './events.ts';
import { runRecordVersion, type runRecordSchema } from './schemas.ts';

export type RunRecord = z.infer<typeof runRecordSchema>;

/** Folds events, one by one, into a record that can be asked for at any time. */
export class RunRecorder {
  #start: Extract<RunEvent, { type: 'run-started' }> | undefined;
  #end: Extract<RunEvent, { type: 'run-ended' }> | undefined;
  #last: RunEvent | undefined;
  readonly #kernelFacts = new Map<string, KernelFacts>();
  readonly #cells = new Map<string, CellResult>();
  readonly #dropped = new Map<string, string>();
  readonly #messages: RunRecord['messages'] = [];
  #resumed = 0;

  add(event: RunEvent): void {
    this.#last = event;
    switch (event.type) {
      case 'run-started':
        this.#start = event;
        break;
      case 'kernel-ready': {
        const { kernel, label, version, release, id, origin, patches } = event;
        const facts = { kernel, label, version, release, id, origin };
        this.#kernelFacts.set(kernel, patches === undefined ? facts : { ...facts, patches });
        break;
      }
      case 'run-resumed':
        this.#end = undefined;
        this.#resumed++;
        break;
      case 'cell-dropped':
        this.#dropped.set(event.id, event.why);
        break;
      case 'cell-ended':
        this.#cells.set(event.result.id, event.result);
        break;
      case 'message':
        if (event.level !== 'info') this.#messages.push({ level: event.level, text: event.text });
        break;
      case 'run-ended':
        this.#end = event;
        break;
      default:
    }
  }

  /** The run so far, or undefined before it started. Without a run-ended event it counts as interrupted. */
  record(): RunRecord | undefined {
    const start = this.#start;
    if (start === undefined) return undefined;
    const last = this.#end ?? this.#last ?? start;
    // In the order of the plan, whichever ended first: the same run gives the same files.
    const ofPlan = start.cells.flatMap((cell) => this.#cells.get(cell.id) ?? []);
    const cells = [...new Set([...ofPlan, ...this.#cells.values()])];
    const open = start.cells.filter((cell) => !this.#cells.has(cell.id));
    const unfinished = open.filter((cell) => !this.#dropped.has(cell.id));
    const dropped = [
      ...(start.dropped ?? []),
      ...open.flatMap(({ id, scenario, kernel }) => {
        const why = this.#dropped.get(id);
        return why === undefined ? [] : [{ id, scenario, kernel, why }];
      }),
    ];
    return {
      version: runRecordVersion,
      name: start.name,
      folder: start.folder,
      command: start.command,
      started: start.time,
      ended: last.time,
      durationMs: this.#end?.durationMs ?? last.ms - start.ms,
      interrupted: this.#end?.interrupted ?? true,
      exitCode: this.#end?.exitCode ?? exitCodeOf(cells, unfinished, dropped),
      environment: start.environment,
      kernels: start.kernels,
      kernelFacts: [...this.#kernelFacts.values()],
      cells,
      unfinished,
      ...(dropped.length === 0 ? {} : { dropped }),
      ...(start.shard === undefined ? {} : { shard: start.shard }),
      ...(start.parts === undefined ? {} : { parts: start.parts }),
      ...(start.variants === undefined ? {} : { variants: start.variants }),
      ...(this.#resumed === 0 ? {} : { resumed: this.#resumed }),
      messages: this.#messages,
    };
  }
}
