// SPDX-License-Identifier: GPL-2.0-only
// How a request to a guest, or its preparation, can end besides with an answer. Neither says yet whose fault it is: run/evidence.ts does.

import type { Accelerator } from '../machine/argv.ts';
import type { QemuExit } from '../machine/qemu-handle.ts';
import type { KernelRecord } from './protocol.ts';

/** The guest has ended. It may be a panic or a reset: the console and the kernel log say. */
export class GuestDied extends Error {
  readonly exit: QemuExit;

  constructor(exit: QemuExit) {
    super(exit.stderr.trim() === '' ? 'the guest ended' : `QEMU ended: ${exit.stderr.trim()}`);
    this.name = 'GuestDied';
    this.exit = exit;
  }
}

/** A request was not answered before its deadline. */
export class DeadlineExpired extends Error {
  /** The limit that expired. */
  readonly milliseconds: number;
  /** Processes in the guest that serve the request. */
  readonly pids: number[];

  constructor(milliseconds: number, pids: number[]) {
    super(`no answer within ${(milliseconds / 1000).toFixed(1)} s`);
    this.name = 'DeadlineExpired';
    this.milliseconds = milliseconds;
    this.pids = pids;
  }
}

/** Why a guest hangs. Without a `report` its kernel does not: `text` says what does. */
export interface HangCause {
  report?: { title: string; function: string | undefined; fingerprint: string };
  text: string;
}

/** A guest could not be set up for its scenario, with everything that it had logged until then. */
export class SetupFailed extends Error {
  /** `boot`, `stack` or `processes`. */
  readonly title: string;
  readonly log: readonly KernelRecord[];
  /** How many records of it are of the boot, when that was done; 0 where it was not. */
  readonly bootRecords: number;
  /** What the serial console printed. */
  readonly consoleText: string;
  override readonly cause: unknown;
  /** For how long the guest was stopped with the harness, milliseconds. */
  readonly stoppedMs: number;
  /** What the guest ran with: some crashes are TCG's (run/tcg-fault.ts). */
  readonly accelerator: Accelerator;
  /** Why the guest hangs, when it could be asked. */
  hang: HangCause | undefined;
  /** How an earlier try failed, and how often it was tried in all. */
  first: SetupFailed | undefined;
  tries = 1;

  constructor(
    title: string,
    cause: unknown,
    log: readonly KernelRecord[],
    consoleText: string,
    {
      bootRecords = 0,
      stoppedMs = 0,
      accelerator = 'tcg',
    }: { bootRecords?: number; stoppedMs?: number; accelerator?: Accelerator } = {},
  ) {
    super(`${title}: ${cause instanceof Error ? cause.message : String(cause)}`);
    this.name = 'SetupFailed';
    this.title = title;
    this.cause = cause;
    this.log = log;
    this.consoleText = consoleText;
    this.bootRecords = bootRecords;
    this.stoppedMs = stoppedMs;
    this.accelerator = accelerator;
  }

  /** The same failure, after an earlier one. */
  after(first: SetupFailed, tries: number): this {
    this.first = first;
    this.tries = tries;
    return this;
  }
}
