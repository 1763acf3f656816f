// SPDX-License-Identifier: GPL-2.0-only
// The file of a guest's serial console, kept short while QEMU appends to it: a program in the guest can write to /dev/console without
// end. Head and tail stay, and a line between them says how much was removed.

import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

/** How much of each end stays, and at which size the middle is removed. Bytes. */
const endBytes = 8 << 20;
const mostBytes = 32 << 20;
const lookEveryMs = 1000;

export class ConsoleFile {
  readonly #path: string;
  readonly #end: number;
  readonly #most: number;
  readonly #timer: NodeJS.Timeout;
  #removed = 0;

  constructor(path: string, bounds: { end: number; most: number } = { end: endBytes, most: mostBytes }) {
    this.#path = path;
    this.#end = bounds.end;
    this.#most = bounds.most;
    this.#timer = setInterval(() => this.bound(), lookEveryMs).unref();
  }

  /** Stops looking, after a last look. */
  stop(): void {
    clearInterval(this.#timer);
    this.bound();
  }

  /** Removes the middle if the file is too long. What QEMU writes in this moment may be removed too. */
  bound(): void {
    try {
      this.#bound();
    } catch {
      // QEMU has not made it yet, or it is gone; and one that cannot be cut stays long.
    }
  }

  #bound(): void {
    const file = openSync(this.#path, 'r+');
    try {
      const stat = fstatSync(file);
      if (stat.isFile() && stat.size > this.#most) this.#cut(file, stat.size);
    } finally {
      closeSync(file);
    }
  }

  #cut(file: number, size: number): void {
    const tail = Buffer.alloc(this.#end);
    readSync(file, tail, 0, this.#end, size - this.#end);
    this.#removed += size - 2 * this.#end;
    ftruncateSync(file, this.#end);
    const line = Buffer.from(`\n[hazmat: ${this.#removed} bytes were removed here]\n`);
    // QEMU appends, so it goes on after this.
    writeSync(file, Buffer.concat([line, tail]), 0, undefined, this.#end);
  }
}
