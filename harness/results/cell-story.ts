// SPDX-License-Identifier: GPL-2.0-only
// The story of one cell, for its verdict.json: the result, and every step and signal that led to it.

import type { z } from 'zod';
import type { RunEvent } from './events.ts';
import { cellStoryVersion, type cellStorySchema } from './schemas.ts';

export type CellStory = z.infer<typeof cellStorySchema>;

/** Collects what happens in the cells that run. */
export class CellStories {
  readonly #running = new Map<string, Pick<CellStory, 'steps' | 'signals'>>();

  /** Takes an event in; gives the story of the cell that it ends. */
  add(event: RunEvent): CellStory | undefined {
    switch (event.type) {
      case 'cell-started':
        // Again, after an infrastructure error or an interruption: what the first try did is not part of it.
        this.#running.delete(event.id);
        return undefined;
      case 'step-ended':
        this.#of(event.id).steps.push(stepOf(event));
        return undefined;
      case 'signal':
        this.#of(event.id).signals.push(signalOf(event));
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

/** The event without what the story has already. */
function stepOf({
  type,
  id,
  seq,
  time,
  ...step
}: Extract<RunEvent, { type: 'step-ended' }>): CellStory['steps'][number] {
  return step;
}

function signalOf({
  type,
  id,
  seq,
  time,
  ...signal
}: Extract<RunEvent, { type: 'signal' }>): CellStory['signals'][number] {
  return signal;
}
