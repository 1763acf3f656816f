// SPDX-License-Identifier: GPL-2.0-only
// The harness's end of the agent's channel: lines of JSON over any stream, each parsed by its schema, requests matched
// with their replies, and no message missed. A guest may send anything: what is malformed ends the request or the
// channel with an InfraError, and never throws out of the stream's handler.

import { randomInt } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { InfraError } from '../host/errors.ts';
import {
  envelopeSchema,
  messageSchema,
  protocolVersion,
  replyIdSchema,
  type Message,
  type Op,
  type Replies,
  type Requests,
} from './protocol.ts';
import { firstIssue, parseReply } from './replies.ts';

export type Hello = Extract<Message, { event: 'hello' }>;

/** A line longer than this is not from a working agent. Bytes. */
export const longestLine = 64 << 20;

/** Lines are taken for this long at a stretch; then timers and signals of the harness have their turn. Milliseconds. */
const stretchMs = 20;

/** The agent could not serve a request: it was wrong, or the process that was to serve it ended. */
export class RequestError extends InfraError {
  readonly op: Op;
  /** How the process that was to serve it ended, such as `signal 9 SIGKILL`: the reason may be in the kernel log. */
  readonly ended: string | undefined;

  constructor(op: Op, error: string, ended: string | undefined) {
    super(`the agent could not serve ${op}: ${error}`);
    this.op = op;
    this.ended = ended;
  }
}

/** The agent's reply to a request is not what the protocol says. */
export class MalformedReply extends InfraError {
  readonly op: Op;

  constructor(op: Op, what: string) {
    super(`the agent's reply to ${op} is malformed: ${what}`);
    this.op = op;
  }
}

export interface RequestOptions {
  /** Gives up waiting (the guest goes on); the request is rejected with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** The pid in the guest of the process that serves the request. */
  onStarted?: ((pid: number) => void) | undefined;
}

interface Pending {
  /** The data of the reply, not yet checked. */
  answer: (data: unknown) => void;
  reject: (error: Error) => void;
  op: Op;
  onStarted: ((pid: number) => void) | undefined;
}

/**
 * One connection to one agent. A guest forked from a checkpoint goes on where it was: the first message may have any
 * sequence number, and be the second half of a line.
 */
export class AgentChannel {
  readonly #stream: Duplex;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(message: Message) => void>();
  readonly #endListeners = new Set<(error: InfraError) => void>();
  /** The pieces of the line that is coming in. */
  #pieces: Buffer[] = [];
  #length = 0;
  /** What was read and is not yet taken, while the stream rests. */
  #waiting: Buffer[] = [];
  #resting = false;
  // A checkpoint may hold requests of the channel it was made through: their late replies must not meet new ids.
  #nextId = randomInt(1, 2 ** 40);
  #lastSeq: number | undefined;
  #mayBeHalf = true;
  #heardAt = performance.now();
  #hello: Hello | undefined;
  #ended: InfraError | undefined;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer | string) => this.#take(Buffer.from(chunk)));
    stream.on('error', (error) =>
      this.#finish(new InfraError(`the channel to the agent failed: ${error.message}`, { cause: error })),
    );
    stream.on('end', () => this.#finish(new InfraError('the agent closed its channel')));
    stream.on('close', () => this.#finish(new InfraError('the channel to the agent was closed')));
  }

  /** Milliseconds since the agent was last heard, or since the channel was made. It beats every second. */
  get lastHeardMs(): number {
    return performance.now() - this.#heardAt;
  }

  /** Why the channel has ended, or undefined while it lives. */
  get ended(): InfraError | undefined {
    return this.#ended;
  }

  /** Calls back for every message, replies included, in order. Returns what takes the listener away again. */
  onMessage(listener: (message: Message) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back once when the channel ends, at once if it has. */
  onEnd(listener: (error: InfraError) => void): () => void {
    if (this.#ended === undefined) this.#endListeners.add(listener);
    else listener(this.#ended);
    return () => this.#endListeners.delete(listener);
  }

  /**
   * Waits for the agent's first word; only a freshly started agent says it.
   * @throws InfraError when the channel ends first or the agent speaks another protocol; the signal's reason when given up.
   */
  hello(signal?: AbortSignal): Promise<Hello> {
    return new Promise((resolve, reject) => {
      if (this.#hello !== undefined) {
        resolve(this.#hello);
        return;
      }
      if (signal?.aborted === true) {
        reject(reasonOf(signal, 'hello'));
        return;
      }
      const settle = (act: () => void) => {
        offMessage();
        offEnd();
        signal?.removeEventListener('abort', onAbort);
        act();
      };
      const onAbort = () => settle(() => reject(reasonOf(signal, 'hello')));
      const offMessage = this.onMessage((message) => {
        if (message.event === 'hello') settle(() => resolve(message));
      });
      let offEnd = () => {};
      signal?.addEventListener('abort', onAbort, { once: true });
      offEnd = this.onEnd((error) => settle(() => reject(error)));
    });
  }

  /**
   * Asks the agent; resolves with the reply's data. What the kernel answered (an errno) is data, not an error.
   * @throws RequestError when the agent could not serve it; MalformedReply; InfraError when the channel ends before the reply.
   */
  request<O extends Op>(op: O, args: Requests[O], options: RequestOptions = {}): Promise<Replies[O]> {
    const { signal } = options;
    return new Promise<Replies[O]>((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      if (signal?.aborted === true) {
        reject(reasonOf(signal, op));
        return;
      }
      const id = this.#nextId++;
      const onAbort = () => {
        this.#pending.delete(id);
        reject(reasonOf(signal, op));
      };
      const settled = () => signal?.removeEventListener('abort', onAbort);
      this.#pending.set(id, {
        answer: (data) => {
          settled();
          const reply = parseReply(op, data);
          if ('data' in reply) resolve(reply.data);
          else reject(new MalformedReply(op, reply.malformed));
        },
        reject: (error) => {
          settled();
          reject(error);
        },
        op,
        onStarted: options.onStarted,
      });
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#stream.write(`${JSON.stringify({ ...args, id, op })}\n`);
    });
  }

  /** Ends the connection. Requests that wait are rejected. */
  close(): void {
    this.#end(new InfraError('the channel to the agent was closed'));
    this.#stream.destroy();
  }

  #take(chunk: Buffer): void {
    if (this.#resting) {
      this.#waiting.push(chunk);
      return;
    }
    const until = performance.now() + stretchMs;
    const rest = this.#takeLines(chunk, () => performance.now() > until);
    if (rest === undefined) return;
    this.#waiting.push(rest);
    this.#rest();
  }

  /** Lets the event loop turn once before more is read. */
  #rest(): void {
    this.#resting = true;
    this.#stream.pause();
    setImmediate(() => {
      this.#resting = false;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const chunk of waiting) this.#take(chunk);
      if (this.#waiting.length === 0) this.#stream.resume();
    });
  }

  /** Takes the whole lines of a chunk. Returns what is left of it when it is late. */
  #takeLines(chunk: Buffer, isLate: () => boolean): Buffer | undefined {
    let from = 0;
    for (;;) {
      const newline = chunk.indexOf(0x0a, from);
      if (newline === -1) break;
      this.#addPiece(chunk.subarray(from, newline));
      from = newline + 1;
      if (this.#ended !== undefined) return undefined;
      const line = Buffer.concat(this.#pieces, this.#length).toString('utf8');
      this.#pieces = [];
      this.#length = 0;
      this.#takeLine(line);
      if (isLate()) return chunk.subarray(from);
    }
    this.#addPiece(chunk.subarray(from));
    return undefined;
  }

  #addPiece(piece: Buffer): void {
    if (this.#ended !== undefined) return;
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length <= longestLine) return;
    this.#pieces = [];
    this.#fail(`the agent sent a line of more than ${longestLine} bytes`);
  }

  /** The stream is over: what is still waiting counts before its end does. */
  #finish(error: InfraError): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const chunk of waiting) this.#takeLines(chunk, () => false);
    this.#end(error);
  }

  #takeLine(line: string): void {
    const json = parseJson(line);
    const envelope = envelopeSchema.safeParse(json).data;
    const mayBeHalf = this.#mayBeHalf;
    this.#mayBeHalf = false;
    if (envelope === undefined) {
      // A guest saved in the middle of a line sends the rest of it to whoever restores it.
      if (!mayBeHalf) this.#fail(`the agent sent a line that is not a message: ${shown(line)}`);
      return;
    }
    if (this.#lastSeq !== undefined && envelope.seq !== this.#lastSeq + 1) {
      this.#fail(`messages of the agent are missing: ${this.#lastSeq} was followed by ${envelope.seq}`);
      return;
    }
    this.#lastSeq = envelope.seq;
    this.#heardAt = performance.now();
    const { data: message, error } = messageSchema.safeParse(json);
    if (message === undefined) {
      this.#malformed(json, line, firstIssue(error));
      return;
    }
    if (message.event === 'hello' && message.protocol !== protocolVersion) {
      this.#fail(`the agent speaks protocol ${message.protocol}, this harness ${protocolVersion}`);
      return;
    }
    if (message.event === 'hello') this.#hello = message;
    for (const listener of [...this.#listeners]) listener(message);
    this.#settle(message);
  }

  /** A malformed reply concerns its request only; any other malformed message is lost, so the channel cannot go on. */
  #malformed(json: unknown, line: string, what: string): void {
    const reply = replyIdSchema.safeParse(json).data;
    if (reply === undefined) {
      this.#fail(`the agent sent a malformed message: ${what}: ${shown(line)}`);
      return;
    }
    const pending = this.#takePending(reply.id);
    pending?.reject(new MalformedReply(pending.op, what));
  }

  #settle(message: Message): void {
    if (message.event === 'started') this.#pending.get(message.id)?.onStarted?.(message.pid);
    if (message.event !== 'reply') return;
    const pending = this.#takePending(message.id);
    if (message.ok) pending?.answer(message.data);
    else pending?.reject(new RequestError(pending.op, message.error, message.ended));
  }

  /** Undefined: a late reply to a request of another fork of this checkpoint, or to one that was given up. */
  #takePending(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #fail(text: string): void {
    this.#end(new InfraError(text));
    this.#stream.destroy();
  }

  #end(error: InfraError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject, op } of pending)
      reject(new InfraError(`${error.message} while ${op} was waited for`, { cause: error }));
    for (const listener of [...this.#endListeners]) listener(error);
    this.#endListeners.clear();
  }
}

function reasonOf(signal: AbortSignal | undefined, op: string): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new InfraError(`${op} was given up`, { cause: reason });
}

/** Undefined when the line is not JSON. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** A line for an error message. */
function shown(line: string): string {
  return line === '' ? 'an empty line' : line.slice(0, 200);
}
