// SPDX-License-Identifier: GPL-2.0-only
// QEMU's machine protocol: newline JSON over a unix socket.

import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { InfraError } from '../host/errors.ts';

export interface QmpEvent {
  event: string;
  data?: Record<string, unknown>;
}

interface Pending {
  command: string;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** One QMP connection, ready for commands. */
export class Qmp {
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: QmpEvent) => void>();
  #nextId = 1;
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // readline passes a broken socket's error on as its own; `close` below says what follows from it.
    createInterface({ input: socket })
      .on('line', (line) => this.#onLine(line))
      .on('error', () => undefined);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#closed = true;
      for (const { command, reject } of this.#pending.values()) reject(gone(command));
      this.#pending.clear();
    });
  }

  /** Takes over a connected socket and leaves QEMU's negotiation mode. */
  static async open(socket: Socket): Promise<Qmp> {
    const qmp = new Qmp(socket);
    await qmp.execute('qmp_capabilities');
    return qmp;
  }

  /** @throws InfraError with QEMU's own words when it refuses, or when QEMU has ended. */
  execute(command: string, args?: Record<string, unknown>): Promise<unknown> {
    if (this.#closed) return Promise.reject(gone(command));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { command, resolve, reject });
      this.#socket.write(
        `${JSON.stringify({ execute: command, ...(args === undefined ? {} : { arguments: args }), id })}\n`,
      );
    });
  }

  /** A command of the human monitor, for what QMP lacks. `cpu` chooses the CPU that it looks at. */
  async monitor(command: string, cpu?: number): Promise<string> {
    const args = { 'command-line': command, ...(cpu === undefined ? {} : { 'cpu-index': cpu }) };
    return String(await this.execute('human-monitor-command', args));
  }

  onEvent(listener: (event: QmpEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#socket.destroy();
  }

  #onLine(line: string): void {
    const message = JSON.parse(line) as {
      id?: number;
      return?: unknown;
      error?: { class: string; desc: string };
      event?: string;
      data?: Record<string, unknown>;
    };
    if (message.event !== undefined) {
      for (const listener of this.#listeners) listener(message as QmpEvent);
      return;
    }
    const pending = message.id === undefined ? undefined : this.#pending.get(message.id);
    if (message.id === undefined || pending === undefined) return; // the greeting
    this.#pending.delete(message.id);
    if (message.error === undefined) pending.resolve(message.return);
    else pending.reject(new InfraError(`QEMU refused ${pending.command}: ${message.error.desc}`));
  }
}

function gone(command: string): InfraError {
  return new InfraError(`QEMU ended before it answered ${command}`);
}
