// SPDX-License-Identifier: GPL-2.0-only
// A running guest as the engine, the steps and the routes see it. guest.ts implements it with QEMU and the agent; tests
// implement it with a script of answers and events (test/guest/fake-guest.ts), so that every rule about whose fault something was is tested
// without QEMU.

import type { Platform } from '../firmware/platform.ts';
import type { RecordLog } from '../host/bounded-log.ts';
import type { QemuHandle } from '../machine/qemu-handle.ts';
import type { GuestClock } from './clock.ts';
import type { Deadline } from './deadline.ts';
import type { KernelRecord, Message, Op, Replies, Requests } from './protocol.ts';

export type { KernelRecord } from './protocol.ts';

/** A signal that hit a process of the scenario. */
export type SignalMessage = Extract<Message, { event: 'signal' }>;

export interface GuestRequestOptions {
  /** Gives up after this many milliseconds of the guest's running time, with DeadlineExpired. */
  withinMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /** The pid in the guest of the process that serves the request. */
  onStarted?: ((pid: number) => void) | undefined;
}

export interface LiveGuest {
  /** The kernel log since this guest was booted or forked. */
  readonly log: RecordLog<KernelRecord>;
  readonly signals: RecordLog<SignalMessage>;
  /** True once records of the kernel log were lost: the kernel had overwritten them before the agent read them. */
  readonly logLost: boolean;
  /** Where in `log` each reboot that was asked for begins. */
  readonly reboots: readonly number[];
  /** The QEMU that runs it, for what only the host can do: machine checks, CPU registers, sockets. */
  readonly qemu: QemuHandle;
  /** The platform firmware of its machine, if it has one. */
  readonly platform: Platform | undefined;

  /** What is known of its clock, compared with the host's. */
  readonly clock: GuestClock;
  /** For how long this process, and with it the guest, did not run: stopped, or in a paused virtual machine. Milliseconds. */
  readonly stoppedMs: number;

  /** Milliseconds in which the guest could run, from some moment on: the clock of its deadlines (running-time.ts). */
  now(): number;
  /**
   * Asks the agent. What the kernel answered (an errno) is data, not an error.
   * @throws GuestDied, DeadlineExpired, or InfraError when the agent could not serve the request.
   */
  request<O extends Op>(op: O, args: Requests[O], options?: GuestRequestOptions): Promise<Replies[O]>;
  /** Calls back for every record of the kernel log, when it is in `log`. */
  onRecord(listener: (record: KernelRecord) => void): void;
  /** Calls back for every signal that hits a process of the scenario. */
  onSignal(listener: (signal: SignalMessage) => void): void;
  /** Everything that the serial console has printed. */
  consoleText(): string;
  /**
   * Resets the machine and waits until the agent answers again. RAM and processes are lost, what the NVDIMMs hold is not.
   * @throws GuestDied, or DeadlineExpired when the guest printed nothing for a minute.
   */
  reboot(): Promise<void>;
  /** Ends the guest at once; nothing of it is left. */
  end(): Promise<void>;
}

/** A guest whose requests share one deadline: what steps, routes and layers are handed. */
export interface BoundGuest extends LiveGuest {
  readonly deadline: Deadline;
}
