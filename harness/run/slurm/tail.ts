// SPDX-License-Identifier: GPL-2.0-only
// Reads the events of a run that goes on, on another machine: what was added since the last look.

import { closeSync, openSync, readSync } from 'node:fs';
import type { RunEvent } from '../../results/events.ts';
import { runEventSchema } from '../../results/schemas.ts';

const chunkBytes = 2 ** 20;

export class EventTail {
  readonly #file: string;
  #offset = 0;
  #rest = Buffer.alloc(0);

  constructor(file: string) {
    this.#file = file;
  }

  /** The events whose lines are whole. A line that is not an event is left out: who reads the run at its end reports it. */
  read(): RunEvent[] {
    const events: RunEvent[] = [];
    for (const line of this.#lines()) {
      const event = parsed(line);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  #lines(): string[] {
    const bytes = Buffer.concat([this.#rest, this.#added()]);
    const end = bytes.lastIndexOf(0x0a) + 1;
    this.#rest = bytes.subarray(end);
    return bytes.toString('utf8', 0, end).split('\n').filter(Boolean);
  }

  #added(): Buffer {
    let file: number;
    try {
      file = openSync(this.#file, 'r');
    } catch {
      return Buffer.alloc(0); // it is not there yet
    }
    try {
      const chunks: Buffer[] = [];
      for (;;) {
        const chunk = Buffer.alloc(chunkBytes);
        const read = readSync(file, chunk, 0, chunkBytes, this.#offset);
        if (read === 0) return Buffer.concat(chunks);
        this.#offset += read;
        chunks.push(chunk.subarray(0, read));
      }
    } finally {
      closeSync(file);
    }
  }
}

function parsed(line: string): RunEvent | undefined {
  try {
    return runEventSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
