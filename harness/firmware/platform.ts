// SPDX-License-Identifier: GPL-2.0-only
// The platform firmware's side on the host: answers the doorbell, plants errors and fires them, writes error records and
// tells the guest of them. What the guest writes may be anything: it is checked, it gets an error status, and it can
// neither throw here nor make anybody wait without end.

import { setTimeout as sleep } from 'node:timers/promises';
import { InfraError } from '../host/errors.ts';
import { errorStatusBlock, type MemoryError, type Severity } from './cper.ts';
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

/** What the platform can do to the machine. Offsets are in the window. Each may fail when QEMU has ended. */
export interface PlatformHardware {
  read(offset: number, length: number): Promise<Buffer>;
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** A non-maskable interrupt. */
  nmi(): Promise<void>;
  /** An edge on an interrupt pin of the I/O APIC. */
  pulse(pin: number): Promise<void>;
  /** Where the guest has memory, volatile and persistent. */
  memory(): Promise<{ from: number; to: number }[]>;
}

/** An error that sits in memory and waits to be fired or consumed. */
export interface PlantedError extends MemoryError {
  kind: MemoryErrorKind;
}

export interface Delivery {
  source: Source;
  errors: number;
  /** Milliseconds from telling the guest until it had taken the record. */
  takenMs: number;
}

/** What happened, in order; the platform's diary. */
export type PlatformEvent =
  | { event: 'planted'; error: PlantedError }
  | { event: 'refused'; request: InjectionRequest; why: string }
  | { event: 'fired'; error: PlantedError; delivery: Delivery }
  | { event: 'not fired'; why: string }
  | { event: 'rubbish'; byte: number }
  | { event: 'failed'; why: string };

/** The guest did not take a record in time. */
export class RecordNotTaken extends InfraError {
  readonly milliseconds: number;

  constructor(source: Source, milliseconds: number) {
    super(`the guest did not take the error record of the ${source} source within ${milliseconds.toFixed(0)} ms`);
    this.milliseconds = milliseconds;
  }
}

/** Rings of the doorbell that may wait; a guest that rings faster than it is answered is not listened to further. */
const maxRings = 64;
const maxPlanted = 4096;
const maxDiary = 1000;
/** How long a fired error may take to be taken. The slowest source, which is polled, is not used for it. Milliseconds. */
const fireMs = 10_000;

/** Which way the platform tells of a fired error. */
const told: Record<MemoryErrorKind, { source: Source; severity: Severity }> = {
  corrected: { source: 'interrupt', severity: 'corrected' },
  uncorrected: { source: 'nmi', severity: 'recoverable' },
  fatal: { source: 'nmi', severity: 'fatal' },
};

export class Platform {
  /** What happened, the newest last; the oldest are forgotten. */
  readonly diary: PlatformEvent[] = [];
  /** Rings that nobody listened to. */
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

  /** Errors that were planted and neither fired nor taken out. */
  get planted(): PlantedError[] {
    return [...this.#planted.values()];
  }

  /** A mark in the diary, for `since`. */
  get mark(): number {
    return this.#events;
  }

  /** What happened since a mark. */
  since(mark: number): PlatformEvent[] {
    const count = Math.min(this.#events - mark, this.diary.length);
    return count === 0 ? [] : this.diary.slice(-count);
  }

  /** Takes an error out again, as a write of good data to its place does. */
  removePlanted(address: number): boolean {
    if (this.#armed?.address === address) this.#armed = undefined;
    return this.#planted.delete(address);
  }

  /** Takes what the guest wrote to the doorbell's port. Never throws, never waits. */
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
   * Writes an error record and tells the guest of it; resolves when the guest has taken it.
   * @throws RecordNotTaken; InfraError when QEMU has ended.
   */
  async report(
    source: Source,
    errors: readonly MemoryError[],
    options: { severity?: Severity; withinMs: number },
  ): Promise<Delivery> {
    const block = errorStatusBlock(errors, options.severity ?? 'recoverable');
    const before = this.#busy.get(source) ?? Promise.resolve();
    const end = performance.now() + options.withinMs;
    // A source has one block: records go through it one after the other.
    const turn = before.catch(() => undefined).then(() => this.#deliver(source, block, end, options.withinMs));
    this.#busy.set(source, turn);
    turn.catch(() => undefined);
    const takenMs = await turn;
    return { source, errors: errors.length, takenMs };
  }

  /** Waits until everything that the guest asked for so far is done. */
  async settled(): Promise<void> {
    while (this.#answering !== undefined || this.#firing.size > 0) {
      await Promise.all([this.#answering, ...this.#firing]);
    }
  }

  /** No ring is answered any more, nothing is waited for. */
  end(): void {
    this.#ended = true;
    this.#rings.length = 0;
  }

  async #answer(): Promise<void> {
    for (let byte = this.#rings.shift(); byte !== undefined; byte = this.#rings.shift()) {
      try {
        if (byte === doorbell.execute) await this.#execute();
        else if (byte === doorbell.trigger) this.#fire();
        else this.#note({ event: 'rubbish', byte });
      } catch (error) {
        // QEMU ended, or refused: that is found out by whoever waits for the guest.
        this.#note({ event: 'failed', why: error instanceof Error ? error.message : String(error) });
      }
    }
  }

  /** EXECUTE_OPERATION: plants what the guest asked for, or refuses it; either way the operation is over then. */
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

  /** The trigger: the error that was planted last is reported. It is not waited for: further rings are answered. */
  #fire(): void {
    const error = this.#armed;
    if (error === undefined) {
      this.#note({ event: 'not fired', why: 'no error is planted' });
      return;
    }
    this.removePlanted(error.address);
    const { source, severity } = told[error.kind];
    const firing: Promise<void> = this.report(source, [error], { severity, withinMs: fireMs })
      .then(
        (delivery) => this.#note({ event: 'fired', error, delivery }),
        (cause: unknown) => this.#note({ event: 'not fired', why: (cause as Error).message }),
      )
      .finally(() => this.#firing.delete(firing));
    this.#firing.add(firing);
  }

  async #deliver(source: Source, block: Buffer, end: number, withinMs: number): Promise<number> {
    const { acknowledge, block: at } = sourceAt(source);
    const status = 4;
    await this.#until(async () => isZero(await this.#hardware.read(at, status)), end, source, withinMs);
    await this.#hardware.write(acknowledge, u64(0));
    // The status says that the rest is there: it is written last.
    await this.#hardware.write(at + status, block.subarray(status));
    await this.#hardware.write(at, block.subarray(0, status));
    const told = performance.now();
    if (source === 'nmi') await this.#hardware.nmi();
    else if (source !== 'polled') await this.#hardware.pulse(interruptPins[source]);
    // The kernel frees the block, then acknowledges (ghes.c:ghes_clear_estatus, ghes_ack_error, 6.12).
    const taken = async (): Promise<boolean> =>
      isZero(await this.#hardware.read(at, status)) && ((await this.#hardware.read(acknowledge, 1))[0] ?? 0) % 2 === 1;
    await this.#until(taken, end, source, withinMs);
    return performance.now() - told;
  }

  async #until(done: () => Promise<boolean>, end: number, source: Source, withinMs: number): Promise<void> {
    while (!(await done())) {
      if (this.#ended || performance.now() > end) throw new RecordNotTaken(source, withinMs);
      await sleep(1);
    }
  }

  #note(event: PlatformEvent): void {
    this.#events++;
    this.diary.push(event);
    if (this.diary.length > maxDiary) this.diary.shift();
  }
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
