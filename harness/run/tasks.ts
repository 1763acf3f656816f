// SPDX-License-Identifier: GPL-2.0-only
// What several cells need is made once, and reported as a task when there is something to make.

import type { RunEventBody, TaskFacts } from '../results/events.ts';

/** How whoever makes something reports on it. */
export interface Making {
  signal: AbortSignal;
  /** There is something to make: it was not in the cache. */
  started: () => void;
  progress: (note: string) => void;
}

export class Tasks {
  readonly #emit: (event: RunEventBody) => void;
  readonly #signal: AbortSignal;
  readonly #once = new Map<string, Promise<unknown>>();

  constructor(emit: (event: RunEventBody) => void, signal: AbortSignal) {
    this.#emit = emit;
    this.#signal = signal;
  }

  /** The result of `make` for this key, made once in a run, a failure too. */
  once<T>(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#once.get(key);
    if (known !== undefined) return known as Promise<T>;
    const made = make();
    made.catch(() => undefined); // whoever awaits it gets the error
    this.#once.set(key, made);
    return made;
  }

  /** Forgets what was made, so that the next `once` makes it again. */
  forget(key: string): void {
    this.#once.delete(key);
  }

  /** Makes something; the task appears in the stream of events once `make` says that it has started. */
  async reported<T>(facts: TaskFacts, make: (making: Making) => Promise<T>): Promise<T> {
    let end: ((ok: boolean) => void) | undefined;
    const started = (): void => {
      end ??= this.#begin(facts);
    };
    const progress = (note: string): void => {
      started();
      this.#emit({ type: 'task-progress', ...facts, note });
    };
    try {
      const made = await make({ signal: this.#signal, started, progress });
      end?.(true);
      return made;
    } catch (error) {
      end?.(false);
      throw error;
    }
  }

  #begin(facts: TaskFacts): (ok: boolean) => void {
    const started = performance.now();
    this.#emit({ type: 'task-started', ...facts });
    return (ok) =>
      this.#emit({ type: 'task-ended', ...facts, ok, durationMs: Math.round(performance.now() - started) });
  }
}
