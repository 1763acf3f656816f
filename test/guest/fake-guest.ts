// SPDX-License-Identifier: GPL-2.0-only
// A guest made of a script: what it answers, logs and signals, and how it ends. For rules about guests, not for what a
// kernel does.

import { Socket } from 'node:net';
import { GuestClock } from '../../harness/guest/clock.ts';
import { Deadline } from '../../harness/guest/deadline.ts';
import { bindGuest } from '../../harness/guest/bound-guest.ts';
import { newKernelLog, newSignalLog } from '../../harness/guest/guest-logs.ts';
import { DeadlineExpired, GuestDied } from '../../harness/guest/guest-errors.ts';
import type {
  BoundGuest,
  GuestRequestOptions,
  KernelRecord,
  LiveGuest,
  SignalMessage,
} from '../../harness/guest/live-guest.ts';
import type { Op, Replies, Requests } from '../../harness/guest/protocol.ts';
import type { Platform } from '../../harness/firmware/platform.ts';
import type { QmpEvent } from '../../harness/machine/qmp.ts';
import type { QemuExit, QemuHandle } from '../../harness/machine/qemu-handle.ts';

export interface Asked {
  op: string;
  args: unknown;
}

/** What an operation answers: a reply, or a function of the request that gives one, throws, or never returns. */
export type Answers = {
  [O in Op]?: Replies[O] | ((args: Requests[O], guest: FakeGuest) => Replies[O] | Promise<Replies[O]>);
};

/** A kernel that has always something to do: what is waited for is waited for until the deadline. */
const alwaysBusy: Replies['busy'] = { tasks: [{ pid: 7, state: 'R' }] };

/** An answer that never comes. */
export const silence = (): Promise<never> => new Promise(() => undefined);

/** A QEMU without a process: `commands` answers QMP commands and lines of the human monitor. */
export class FakeQemu implements QemuHandle {
  readonly argv = ['qemu-system-x86_64', '-fake'];
  readonly pid = 0;
  readonly exited: Promise<QemuExit>;
  readonly asked: string[] = [];
  exit: QemuExit | undefined;
  readonly #commands: Record<string, unknown>;
  readonly #listeners = new Set<(event: QmpEvent) => void>();
  #end: (exit: QemuExit) => void = () => undefined;

  /** `console`: takes what is typed on the serial console, which is closed by default. */
  constructor(
    commands: Record<string, unknown> = {},
    private readonly console?: (typed: string) => void,
  ) {
    this.#commands = commands;
    this.exited = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  readonly qmp = {
    execute: (command: string): Promise<unknown> => this.#answer(command),
    monitor: async (line: string): Promise<string> => String(await this.#answer(line)),
    onEvent: (listener: (event: QmpEvent) => void) => {
      this.#listeners.add(listener);
      return () => void this.#listeners.delete(listener);
    },
  };

  /** An event of its monitor. */
  happens(event: QmpEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  connect(): Promise<Socket> {
    const { console } = this;
    if (console === undefined) return Promise.reject(new Error('this fake QEMU has no sockets'));
    const write = (typed: string): boolean => {
      console(typed);
      return true;
    };
    return Promise.resolve(Object.assign(new Socket(), { write }));
  }

  socketPath(name: string): string {
    return `/nonexistent/${name}`;
  }

  die(exit: Partial<QemuExit> = {}): QemuExit {
    this.exit = { asked: false, exitCode: 0, signal: undefined, reason: undefined, stderr: '', ...exit };
    this.#end(this.exit);
    return this.exit;
  }

  #answer(command: string): Promise<unknown> {
    this.asked.push(command);
    const value = this.#commands[command];
    return value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
  }
}

export class FakeGuest implements LiveGuest {
  readonly log = newKernelLog();
  readonly signals = newSignalLog();
  readonly reboots: number[] = [];
  logLost = false;
  readonly asked: Asked[] = [];
  readonly qemu: FakeQemu;
  readonly platform: Platform | undefined;
  readonly clock = new GuestClock();
  stoppedMs = 0;
  ended = false;
  console = '';
  readonly #answers: Answers;
  readonly #recordListeners: ((record: KernelRecord) => void)[] = [];
  readonly #listeners: ((signal: SignalMessage) => void)[] = [];
  #us = 0;
  /** The clock stands still while the guest is measured. */
  #heldAt: number | undefined;

  constructor(answers: Answers = {}, options: { qemu?: FakeQemu; platform?: Platform } = {}) {
    this.#answers = { ping: { uptimeMs: 1 }, calibrate: { microseconds: 1000 }, busy: alwaysBusy, ...answers };
    this.qemu = options.qemu ?? new FakeQemu();
    this.platform = options.platform;
  }

  /** The kernel logs lines, a record each. */
  say(...lines: string[]): void {
    for (const text of lines) {
      this.#us += 1000;
      this.record({ priority: 4, text });
    }
  }

  /** A record of the kernel log comes: of the kernel, or of a program that writes to /dev/kmsg. */
  record({ priority, text }: Pick<KernelRecord, 'priority' | 'text'>): void {
    const record: KernelRecord = { seq: 0, event: 'kmsg', priority, kseq: this.log.length, us: this.#us, text };
    this.log.push(record);
    for (const listener of this.#recordListeners) listener(record);
  }

  /** A signal hits a process. */
  hit(signal: Partial<SignalMessage> & { process: string }): void {
    const message: SignalMessage = {
      seq: 0,
      event: 'signal',
      pid: 100,
      tid: 100,
      signo: 7,
      code: 5,
      addr: '0x7f0000000000',
      lsb: 12,
      ...signal,
    };
    this.signals.push(message);
    for (const listener of this.#listeners) listener(message);
  }

  /** The guest ends, now. @throws GuestDied, to be thrown by an answer */
  die(exit: Partial<QemuExit> = {}): never {
    throw new GuestDied(this.qemu.die(exit));
  }

  /** A request is not answered in time. @throws DeadlineExpired, to be thrown by an answer */
  late(): never {
    throw new DeadlineExpired(5000, []);
  }

  async request<O extends Op>(op: O, args: Requests[O], options: GuestRequestOptions = {}): Promise<Replies[O]> {
    this.asked.push({ op, args });
    if (this.qemu.exit !== undefined) throw new GuestDied(this.qemu.exit);
    const answer: unknown = this.#answers[op];
    if (answer === undefined) throw new Error(`the fake guest has no answer to ${op}`);
    // It is as fast as a guest under KVM, however busy the machine is that the test runs on.
    if (op === 'calibrate') this.#heldAt = performance.now();
    options.onStarted?.(4242);
    const reply = Promise.resolve().then(() =>
      typeof answer === 'function'
        ? (answer as (args: Requests[O], guest: FakeGuest) => Replies[O] | Promise<Replies[O]>)(args, this)
        : (answer as Replies[O]),
    );
    if (op === 'calibrate') {
      void reply.finally(() => setImmediate(() => (this.#heldAt = undefined))).catch(() => undefined);
    }
    const { withinMs } = options;
    if (withinMs === undefined) return reply;
    return new Deadline(withinMs, () => this.now()).limit(reply, [4242]);
  }

  now(): number {
    return this.#heldAt ?? performance.now();
  }

  onRecord(listener: (record: KernelRecord) => void): void {
    this.#recordListeners.push(listener);
  }

  onSignal(listener: (signal: SignalMessage) => void): void {
    this.#listeners.push(listener);
  }

  consoleText(): string {
    return this.console;
  }

  reboot(): Promise<void> {
    this.reboots.push(this.log.length);
    return Promise.resolve();
  }

  end(): Promise<void> {
    this.ended = true;
    if (this.qemu.exit === undefined) this.qemu.die({ asked: true });
    return Promise.resolve();
  }
}

/** A fake guest as steps and routes are handed it, with a minute of time. */
export function boundGuest(answers: Answers = {}, limitMs = 60_000): { guest: BoundGuest; fake: FakeGuest } {
  const fake = new FakeGuest(answers);
  return { guest: bindGuest(fake, new Deadline(limitMs)), fake };
}
