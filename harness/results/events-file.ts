// SPDX-License-Identifier: GPL-2.0-only
// events.jsonl: one event a line, written as it comes. Whoever reads it, whenever, sees whole lines, but for a last one
// that a kill -9 or a full disk may have cut.

import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { InfraError } from '../host/errors.ts';
import type { RunEvent } from './events.ts';
import { cannotWrite } from '../host/write-error.ts';

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
 * Reads the events of a run. A last line without its end, or that is no JSON, is what a sudden death leaves: it is not
 * an event. The same anywhere else is damage.
 * @throws InfraError naming file and line.
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
  const bytes = readFileSync(file);
  const found: EventLine[] = [];
  let start = 0;
  for (let number = 1; start < bytes.length; number++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    const event = newline === -1 ? undefined : parseEvent(bytes.toString('utf8', start, newline));
    if (event !== undefined) found.push({ event, end });
    else if (end < bytes.length) {
      throw new InfraError('this line is not an event: the file is damaged', { at: `${file}:${number}` });
    }
    start = end;
  }
  return found;
}

function parseEvent(line: string): RunEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isEvent =
      typeof value === 'object' && value !== null && 'type' in value && 'seq' in value && typeof value.seq === 'number';
    return isEvent ? (value as RunEvent) : undefined;
  } catch {
    return undefined;
  }
}
