// SPDX-License-Identifier: GPL-2.0-only
// A connection to QEMU on which a message is one line: what QMP and qtest have in common.

import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { InfraError } from '../host/errors.ts';

export class LineSocket {
  readonly #socket: Socket;
  #closed = false;

  /** `onClosed` is called once, whoever closed the connection. */
  constructor(socket: Socket, onLine: (line: string) => void, onClosed: () => void) {
    this.#socket = socket;
    // readline emits the socket's error as its own; `close` follows it.
    createInterface({ input: socket })
      .on('line', onLine)
      .on('error', () => undefined);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#closed = true;
      onClosed();
    });
  }

  /** True once nothing can be sent any more. */
  get closed(): boolean {
    return this.#closed;
  }

  send(line: string): void {
    this.#socket.write(`${line}\n`);
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** The error for a command that QEMU did not live to answer. */
export function endedBefore(command: string): InfraError {
  return new InfraError(`QEMU ended before it answered ${shortened(command)}`);
}

/** A command or line, short enough for an error. */
export function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
