// SPDX-License-Identifier: GPL-2.0-only
// QEMU's machine protocol: JSON, one message a line, over a unix socket (QEMU's docs/interop/qmp-spec).

import type { Socket } from 'node:net';
import { z } from 'zod';
import { InfraError } from '../host/errors.ts';
import { endedBefore, LineSocket, shortened } from './line-socket.ts';
import type { Monitor } from './qemu-handle.ts';

const eventSchema = z.object({ event: z.string(), data: z.record(z.string(), z.unknown()).optional() });
const refusalSchema = z.object({ id: z.int(), error: z.object({ desc: z.string() }) });
const answerSchema = z.object({ id: z.int(), return: z.unknown() });
const greetingSchema = z.object({ QMP: z.unknown() });
const messageSchema = z.union([eventSchema, refusalSchema, answerSchema, greetingSchema]);

export type QmpEvent = z.output<typeof eventSchema>;

interface Pending {
  command: string;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** One QMP connection, ready for commands. */
export class Qmp implements Monitor {
  readonly #socket: LineSocket;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: QmpEvent) => void>();
  #nextId = 1;

  private constructor(socket: Socket) {
    this.#socket = new LineSocket(
      socket,
      (line) => this.#onLine(line),
      () => this.#failAll(endedBefore),
    );
  }

  /** Takes over a connected socket and leaves QEMU's negotiation mode. @throws InfraError when QEMU ends first. */
  static async open(socket: Socket): Promise<Qmp> {
    const qmp = new Qmp(socket);
    await qmp.execute('qmp_capabilities');
    return qmp;
  }

  execute(command: string, args?: Record<string, unknown>): Promise<unknown>;
  execute<T>(command: string, args: Record<string, unknown> | undefined, reply: z.ZodType<T>): Promise<T>;
  async execute(command: string, args?: Record<string, unknown>, reply: z.ZodType = z.unknown()): Promise<unknown> {
    if (this.#socket.closed) throw endedBefore(command);
    const id = this.#nextId++;
    const answer = await new Promise((resolve, reject) => {
      this.#pending.set(id, { command, resolve, reject });
      this.#socket.send(JSON.stringify({ execute: command, arguments: args, id }));
    });
    const parsed = reply.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new InfraError(`QEMU answered ${command} with something that is not understood`, {
      hint: z.prettifyError(parsed.error),
    });
  }

  /** A command of the human monitor, for what QMP lacks. `cpu`: index of the CPU that the command looks at. */
  monitor(command: string, cpu?: number): Promise<string> {
    return this.execute('human-monitor-command', { 'command-line': command, 'cpu-index': cpu }, z.string());
  }

  /** Calls the listener with each event. Returns what takes the listener away again. */
  onEvent(listener: (event: QmpEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#socket.close();
  }

  #onLine(line: string): void {
    const message = parseMessage(line);
    if (message === undefined) {
      // Which command it answers is unknown, so none can be waited for any longer.
      const error = new InfraError(`QEMU's monitor sent a line that is not understood: ${shortened(line)}`);
      this.#failAll(() => error);
      this.#socket.close();
    } else if ('event' in message) {
      for (const listener of this.#listeners) listener(message);
    } else if ('id' in message) {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if ('error' in message) {
        pending?.reject(new InfraError(`QEMU refused ${pending.command}: ${message.error.desc}`));
      } else {
        pending?.resolve(message.return);
      }
    }
  }

  #failAll(errorFor: (command: string) => InfraError): void {
    for (const { command, reject } of this.#pending.values()) reject(errorFor(command));
    this.#pending.clear();
  }
}

function parseMessage(line: string): z.output<typeof messageSchema> | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // not JSON
  }
}
