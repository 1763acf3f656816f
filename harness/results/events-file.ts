// SPDX-License-Identifier: GPL-2.0-only
// events.jsonl: one event a line, written when it happens. A reader always sees whole lines, except for a last one that
// a kill -9 or a full disk may have cut.

import { closeSync, fstatSync, ftruncateSync, openSync, truncateSync, writeSync } from 'node:fs';
import { InfraError } from '../host/errors.ts';
import type { RunEvent } from './events.ts';
import { cannotWrite } from '../host/write-error.ts';
import { firstIssue, readRunFile } from './read-recorded.ts';
import { runEventSchema } from './schemas.ts';

/** Appends events to a file; opened at the first one. */
export class EventsFile {
  readonly path: string;
  #file: number | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Writes one line. It is in the kernel's hands when this returns, so it survives the harness, though not the host.
   * @throws InfraError naming the file; the line is then taken back, so that the file ends with a whole one.
   */
  append(event: RunEvent): void {
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    let file: number | undefined;
    let before: number | undefined;
    try {
      file = this.#file ??= openSync(this.path, 'a');
      before = fstatSync(file).size;
      for (let written = 0; written < line.length;) written += writeSync(file, line, written);
    } catch (error) {
      if (file !== undefined && before !== undefined) takeBack(file, before);
      throw cannotWrite(this.path, error);
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

function takeBack(file: number, size: number): void {
  try {
    ftruncateSync(file, size);
  } catch {
    // Half a line stays; readers cope with that.
  }
}

/**
 * Reads the events of a run. A last line without its end, or that is not JSON, is what a sudden death leaves: it is left
 * out. The same anywhere else is damage.
 * @throws InfraError naming file and line; UsageError when it cannot be read.
 */
export function readEvents(file: string): RunEvent[] {
  return readEventLines(file).map((line) => line.event);
}

/** Reads the events and cuts a half last line off the file, so that more can be appended. */
export function repairEvents(file: string): RunEvent[] {
  const lines = readEventLines(file);
  truncateSync(file, lines.at(-1)?.end ?? 0);
  return lines.map((line) => line.event);
}

interface EventLine {
  event: RunEvent;
  /** Byte after the line's newline. */
  end: number;
}

function readEventLines(file: string): EventLine[] {
  const bytes = readRunFile(file);
  const found: EventLine[] = [];
  let start = 0;
  for (let number = 1; start < bytes.length; number++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    const value = newline === -1 ? undefined : parseJson(bytes.toString('utf8', start, newline));
    if (value !== undefined) found.push({ event: eventOf(value, `${file}:${number}`), end });
    else if (end < bytes.length)
      throw new InfraError('this file is damaged: the line is not JSON', { at: `${file}:${number}` });
    start = end;
  }
  return found;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** @throws InfraError for a line that another version of hazmat wrote, or that is damaged. */
function eventOf(value: unknown, at: string): RunEvent {
  const result = runEventSchema.safeParse(value);
  if (result.success) return result.data;
  throw new InfraError(`this line is not an event that this hazmat knows: ${firstIssue(result.error)}`, {
    at,
    hint: 'Another version of hazmat may have written it: finish the run with that one, or remove its folder.',
    cause: result.error,
  });
}
