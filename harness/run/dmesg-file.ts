// SPDX-License-Identifier: GPL-2.0-only
// dmesg.txt of a cell: the kernel log, written as it comes, up to a limit. After that comes the tail of the log, and how much is missing
// between them.

import { closeSync, openSync, writeSync } from 'node:fs';
import { kmsgLines, showLine, type KernelRecord } from '../verdict/log-line.ts';

/** How much is written before only the tail is. Bytes. */
const mostBytes = 32 << 20;
const tailRecords = 1000;
const bufferBytes = 64 << 10;

export class DmesgFile {
  readonly #most: number;
  readonly #file: number;
  #buffer: string[] = [];
  #buffered = 0;
  #written = 0;
  #tail: KernelRecord[] = [];
  #leftOut = 0;

  constructor(file: string, most: number = mostBytes) {
    this.#most = most;
    this.#file = openSync(file, 'w');
  }

  add(records: readonly KernelRecord[]): void {
    for (const record of records) {
      if (this.#written + this.#buffered < this.#most) this.#put(textOf(record));
      else this.#tail.push(record);
    }
    if (this.#tail.length <= 2 * tailRecords) return;
    this.#leftOut += this.#tail.length - tailRecords;
    this.#tail = this.#tail.slice(-tailRecords);
  }

  /** Writes the last records and closes the file. */
  end(last: readonly KernelRecord[]): void {
    this.add(last);
    if (this.#leftOut > 0) this.#put(`[hazmat: ${this.#leftOut} records are left out here]\n`);
    for (const record of this.#tail) this.#put(textOf(record));
    this.#flush();
    closeSync(this.#file);
  }

  #put(text: string): void {
    this.#buffer.push(text);
    this.#buffered += text.length;
    if (this.#buffered >= bufferBytes) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.from(this.#buffer.join(''));
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    this.#written += bytes.length;
    this.#buffer = [];
    this.#buffered = 0;
  }
}

function textOf(record: KernelRecord): string {
  return kmsgLines(record)
    .map((line) => `${showLine(line)}\n`)
    .join('');
}
