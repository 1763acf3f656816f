// SPDX-License-Identifier: GPL-2.0-only
// The one stream of a run: stamps each event and hands it to every reporter.

import { performance } from 'node:perf_hooks';
import { HazmatError, InfraError } from '../host/errors.ts';
import { diskFull } from '../host/write-error.ts';
import type { Reporter, RunEvent, RunEventBody } from './events.ts';

/** Where an event's stamps come from; tests give their own. */
export interface Clock {
  /** Milliseconds from a monotonic clock. */
  monotonicMs(): number;
  now(): Date;
}

const systemClock: Clock = { monotonicMs: () => performance.now(), now: () => new Date() };

/**
 * Hands every event to every reporter, in the order in which they were added.
 *
 * A reporter that throws gets no more events. The others get a `message` event about it at once, and lose nothing.
 * The first failure is kept in `failure`, so that a run that can no longer be recorded can stop early, and is thrown by
 * close().
 */
export class EventStream {
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #reporters: Reporter[] = [];
  readonly #failed = new Set<Reporter>();
  readonly #waiting: RunEvent[] = [];
  #delivering = false;
  #closed = false;
  #seq = 0;
  #failure: InfraError | undefined;

  /** @param last the last event of a run that is resumed: numbers and run time go on from it */
  constructor(clock: Clock = systemClock, last?: RunEvent) {
    this.#clock = clock;
    this.#startedMs = clock.monotonicMs() - (last?.ms ?? 0);
    this.#seq = last?.seq ?? 0;
  }

  /** Milliseconds since the run started, without the time between its parts when it is resumed. */
  get runMs(): number {
    return Math.round(this.#clock.monotonicMs() - this.#startedMs);
  }

  /** The first failure of a reporter, if there was one. */
  get failure(): InfraError | undefined {
    return this.#failure;
  }

  /** Adds a reporter; it sees the events from now on. */
  add(reporter: Reporter): void {
    this.#reporters.push(reporter);
  }

  /** Stamps an event and hands it on. Never throws what a reporter throws. After close() nobody may call it. */
  emit(body: RunEventBody): RunEvent {
    if (this.#closed) throw new Error(`an event after the end of the run: ${JSON.stringify(body)}`);
    const event = this.#stamp(body);
    this.#waiting.push(event);
    if (!this.#delivering) this.#deliver();
    return event;
  }

  /**
   * Closes every reporter, the last added first, so that what was added first (the run folder) is whole at the very end.
   * @throws InfraError: the first failure of any reporter, whenever it was.
   */
  async close(): Promise<void> {
    this.#closed = true;
    for (const reporter of this.#reporters.toReversed()) {
      try {
        await reporter.close?.();
      } catch (error) {
        this.#remember(reporter, error);
      }
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #stamp(body: RunEventBody): RunEvent {
    return { seq: ++this.#seq, ms: this.runMs, time: this.#clock.now().toISOString(), ...body };
  }

  // An event that comes while another is being handed on waits for its turn: every reporter sees them in order.
  #deliver(): void {
    this.#delivering = true;
    try {
      for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
        for (const reporter of this.#reporters) this.#hand(reporter, event);
      }
    } finally {
      this.#delivering = false;
    }
  }

  #hand(reporter: Reporter, event: RunEvent): void {
    if (this.#failed.has(reporter)) return;
    try {
      reporter.onEvent(event);
    } catch (error) {
      this.#failed.add(reporter);
      const failure = this.#remember(reporter, error);
      this.#waiting.push(this.#stamp({ type: 'message', level: 'error', text: failure.message }));
    }
  }

  #remember(reporter: Reporter, error: unknown): InfraError {
    const failure = reporterFailure(reporter.name, error);
    this.#failure ??= failure;
    return failure;
  }
}

function reporterFailure(name: string, error: unknown): InfraError {
  const known = diskFull(error, `the ${name}`) ?? error;
  if (known instanceof HazmatError) {
    return new InfraError(`the ${name} failed: ${known.message}`, {
      ...(known.hint === undefined ? {} : { hint: known.hint }),
      cause: error,
    });
  }
  const why = known instanceof Error ? known.message : String(known);
  return new InfraError(`the ${name} failed: ${why}`, { cause: error });
}
