// SPDX-License-Identifier: GPL-2.0-only
// The story of one cell, for its verdict.json: the result, and every step and signal that led to it.

import type { CellResult, RunEvent } from './events.ts';

/** Raised when verdict.json changes its meaning. */
export const cellStoryVersion = 1;

type Told<T extends RunEvent['type']> = Omit<Extract<RunEvent, { type: T }>, 'type' | 'id' | 'seq' | 'time'>;

/** What verdict.json holds. `ms` is the time since the run started. */
export interface CellStory extends CellResult {
  version: typeof cellStoryVersion;
  steps: Told<'step-ended'>[];
  signals: Told<'signal'>[];
}

/** Collects what happens in the cells that run. */
export class CellStories {
  readonly #running = new Map<string, Pick<CellStory, 'steps' | 'signals'>>();

  /** Takes an event in; gives the story of the cell that it ends. */
  add(event: RunEvent): CellStory | undefined {
    switch (event.type) {
      case 'step-ended':
        this.#of(event.id).steps.push(told(event));
        return undefined;
      case 'signal':
        this.#of(event.id).signals.push(told(event));
        return undefined;
      case 'cell-ended': {
        const story = this.#of(event.result.id);
        this.#running.delete(event.result.id);
        return { version: cellStoryVersion, ...event.result, ...story };
      }
      default:
        return undefined;
    }
  }

  #of(id: string): Pick<CellStory, 'steps' | 'signals'> {
    const present = this.#running.get(id);
    if (present !== undefined) return present;
    const story = { steps: [], signals: [] };
    this.#running.set(id, story);
    return story;
  }
}

/** An event without what the story says already. */
function told<E extends Extract<RunEvent, { id: string; seq: number }>>(
  event: E,
): Omit<E, 'type' | 'id' | 'seq' | 'time'> {
  const rest: Partial<E> = { ...event };
  delete rest.type;
  delete rest.id;
  delete rest.seq;
  delete rest.time;
  return rest as Omit<E, 'type' | 'id' | 'seq' | 'time'>;
}
