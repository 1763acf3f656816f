// SPDX-License-Identifier: GPL-2.0-only
// The part of the platform firmware that runs on the host: it answers the doorbell, plants errors and fires them, writes
// error records and notifies the guest. What the guest writes may be anything: it is checked and answered with an error
// status, and it can neither throw here nor block anything for ever.

import { setTimeout as sleep } from 'node:timers/promises';
import { InfraError } from '../host/errors.ts';
import { errorStatusBlock, type MemoryError, type Section, type Severity } from './cper.ts';
import {
  checkRequest,
  commandStatus,
  decodeRequest,
  doorbell,
  interruptPins,
  offsets,
  requestBytes,
  sourceAt,
  u64,
  type InjectionRequest,
  type MemoryErrorKind,
  type Source,
} from './mailbox.ts';

/** What the platform can do to the machine. Offsets are from the start of the window. Each fails when QEMU has ended. */
export interface PlatformHardware {
  read(offset: number, length: number): Promise<Buffer>;
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** A non-maskable interrupt. */
  nmi(): Promise<void>;
  /** An edge on an interrupt pin of the I/O APIC. */
  pulse(pin: number): Promise<void>;
  /** The guest-physical ranges with memory, volatile and persistent. */
  memory(): Promise<{ from: number; to: number }[]>;
}

/** An error that was injected into memory and waits to be fired. */
export interface PlantedError extends MemoryError {
  kind: MemoryErrorKind;
}

export interface Delivery {
  source: Source;
  errors: number;
  /** Milliseconds from the notification until the guest had read the record. */
  takenMs: number;
}

/** What happened, for `Platform.history`. */
export type PlatformEvent =
  | { event: 'planted'; error: PlantedError }
  | { event: 'refused'; request: InjectionRequest; why: string }
  | { event: 'fired'; error: PlantedError; delivery: Delivery }
  | { event: 'not fired'; why: string }
  | { event: 'unknown byte'; byte: number }
  | { event: 'failed'; why: string };

/** The guest did not take a record in time. */
export class RecordNotTaken extends InfraError {
  readonly milliseconds: number;

  constructor(source: Source, milliseconds: number) {
    super(`the guest did not take the error record of the ${source} source within ${milliseconds.toFixed(0)} ms`);
    this.milliseconds = milliseconds;
  }
}

/** Rings of the doorbell that may wait for an answer. Further ones are dropped. */
const maxRings = 64;
/** Errors that may be planted at a time. */
const maxPlanted = 4096;
/** Events that are kept. */
const maxHistory = 1000;
/** How long the guest may take to read the record of a fired error, milliseconds. The polled source, the slowest, is not used. */
const fireMs = 10_000;

/** How the platform reports a fired error. */
const reportedBy: Record<MemoryErrorKind, { source: Source; severity: Severity }> = {
  corrected: { source: 'interrupt', severity: 'corrected' },
  uncorrected: { source: 'nmi', severity: 'recoverable' },
  fatal: { source: 'nmi', severity: 'fatal' },
};

export class Platform {
  /** The latest events, the newest last. */
  readonly history: PlatformEvent[] = [];
  /** Rings that were dropped. */
  ringsLost = 0;
  readonly #hardware: PlatformHardware;
  readonly #planted = new Map<number, PlantedError>();
  readonly #rings: number[] = [];
  readonly #busy = new Map<Source, Promise<unknown>>();
  #armed: PlantedError | undefined;
  #answering: Promise<void> | undefined;
  readonly #firing = new Set<Promise<void>>();
  #events = 0;
  #ended = false;

  constructor(hardware: PlatformHardware) {
    this.#hardware = hardware;
  }

  /** Errors that were planted and neither fired nor removed. */
  get planted(): PlantedError[] {
    return [...this.#planted.values()];
  }

  /** A position in the history, for `since`. */
  get mark(): number {
    return this.#events;
  }

  /** The events since a position. */
  since(mark: number): PlatformEvent[] {
    const count = Math.min(this.#events - mark, this.history.length);
    return count === 0 ? [] : this.history.slice(-count);
  }

  /** Removes a planted error, as overwriting the memory does. Returns whether there was one at this address. */
  removePlanted(address: number): boolean {
    if (this.#armed?.address === address) this.#armed = undefined;
    return this.#planted.delete(address);
  }

  /** Handles what the guest wrote to the doorbell's port. Never throws, never waits. */
  ring(bytes: Uint8Array): void {
    if (this.#ended) return;
    const room = Math.max(0, maxRings - this.#rings.length);
    this.#rings.push(...bytes.subarray(0, room));
    this.ringsLost += Math.max(0, bytes.length - room);
    this.#answering ??= this.#answer().finally(() => {
      this.#answering = undefined;
    });
  }

  /**
   * Writes an error record and notifies the guest; resolves when the guest has read it. `withinMs`: milliseconds.
   * @throws RecordNotTaken when the guest has not read it in time; InfraError when QEMU has ended.
   */
  async report(
    source: Source,
    errors: readonly MemoryError[],
    options: { severity?: Severity; section?: Section; withinMs: number },
  ): Promise<Delivery> {
    const block = errorStatusBlock(errors, options.severity ?? 'recoverable', options.section);
    const before = this.#busy.get(source) ?? Promise.resolve();
    const end = performance.now() + options.withinMs;
    // A source has one block, for one record at a time.
    const turn = before.catch(() => undefined).then(() => this.#deliver(source, block, end, options.withinMs));
    this.#busy.set(source, turn);
    turn.catch(() => undefined);
    const takenMs = await turn;
    return { source, errors: errors.length, takenMs };
  }

  /** Waits until every request of the guest so far is done. */
  async settled(): Promise<void> {
    while (this.#answering !== undefined || this.#firing.size > 0) {
      await Promise.all([this.#answering, ...this.#firing]);
    }
  }

  /** Stops: no ring is answered and nothing is waited for any longer. */
  end(): void {
    this.#ended = true;
    this.#rings.length = 0;
  }

  async #answer(): Promise<void> {
    for (let byte = this.#rings.shift(); byte !== undefined; byte = this.#rings.shift()) {
      try {
        if (byte === doorbell.execute) await this.#execute();
        else if (byte === doorbell.trigger) this.#fire();
        else this.#note({ event: 'unknown byte', byte });
      } catch (error) {
        // QEMU has ended, or refused. Whoever waits for the guest notices that too.
        this.#note({ event: 'failed', why: messageOf(error) });
      }
    }
  }

  /** EXECUTE_OPERATION: plants the error that the guest asked for, or refuses it. The operation has ended then. */
  async #execute(): Promise<void> {
    let status: number = commandStatus.failure;
    try {
      const request = decodeRequest(await this.#hardware.read(offsets.request, requestBytes));
      const error = checkRequest(request, await this.#hardware.memory());
      if (error === undefined) {
        status = commandStatus.invalid;
        this.#note({ event: 'refused', request, why: 'no such error can be at such a place' });
      } else if (this.#planted.size >= maxPlanted && !this.#planted.has(error.address)) {
        this.#note({ event: 'refused', request, why: `${maxPlanted} errors are planted already` });
      } else {
        status = commandStatus.success;
        this.#planted.set(error.address, error);
        this.#armed = error;
        this.#note({ event: 'planted', error });
      }
    } finally {
      await this.#hardware.write(offsets.status, u64(status));
      await this.#hardware.write(offsets.busy, u64(0));
    }
  }

  /** The trigger: reports the error that was planted last. Does not wait, so that further rings are answered. */
  #fire(): void {
    const error = this.#armed;
    if (error === undefined) {
      this.#note({ event: 'not fired', why: 'no error is planted' });
      return;
    }
    this.removePlanted(error.address);
    const { source, severity } = reportedBy[error.kind];
    const firing: Promise<void> = this.report(source, [error], { severity, withinMs: fireMs })
      .then(
        (delivery) => this.#note({ event: 'fired', error, delivery }),
        (cause: unknown) => this.#note({ event: 'not fired', why: messageOf(cause) }),
      )
      .finally(() => this.#firing.delete(firing));
    this.#firing.add(firing);
  }

  async #deliver(source: Source, block: Buffer, end: number, withinMs: number): Promise<number> {
    const { acknowledge, block: at } = sourceAt(source);
    const status = 4;
    await this.#until(async () => isZero(await this.#hardware.read(at, status)), end, source, withinMs);
    await this.#hardware.write(acknowledge, u64(0));
    // The status makes the record valid, so it is written last.
    await this.#hardware.write(at + status, block.subarray(status));
    await this.#hardware.write(at, block.subarray(0, status));
    const notified = performance.now();
    if (source === 'nmi') await this.#hardware.nmi();
    else if (source !== 'polled') await this.#hardware.pulse(interruptPins[source]);
    // The kernel frees the block, then acknowledges (ghes.c:ghes_clear_estatus, ghes_ack_error, 6.12).
    const taken = async (): Promise<boolean> =>
      isZero(await this.#hardware.read(at, status)) && ((await this.#hardware.read(acknowledge, 1))[0] ?? 0) % 2 === 1;
    await this.#until(taken, end, source, withinMs);
    return performance.now() - notified;
  }

  async #until(done: () => Promise<boolean>, end: number, source: Source, withinMs: number): Promise<void> {
    while (!(await done())) {
      if (this.#ended || performance.now() > end) throw new RecordNotTaken(source, withinMs);
      await sleep(1);
    }
  }

  #note(event: PlatformEvent): void {
    this.#events++;
    this.history.push(event);
    if (this.history.length > maxHistory) this.history.shift();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
