// SPDX-License-Identifier: GPL-2.0-only
// What a step works with: the guest, the names of the scenario, and the model of what files should hold.

import { DeadlineExpired, type Guest, type SignalMessage } from '../guest/guest.ts';
import type { Checkpoint } from '../guest/checkpoints.ts';
import type { Op, Replies, Requests } from '../guest/protocol.ts';
import { complaint, type GuestRequest } from '../guest/request.ts';
import type { Stack } from '../storage/layer.ts';
import type { Layout, ScenarioFile, ScenarioProcess } from './layout.ts';

/** One cell while it runs. */
export class Cell {
  readonly guest: Guest;
  readonly stack: Stack;
  /** What the kernel told when the stack was laid. */
  readonly facts: Record<string, string>;
  readonly files: Map<string, ScenarioFile>;
  /** Processes by group name. */
  readonly groups: Map<string, ScenarioProcess[]>;
  readonly kernelVersion: string;
  /** Modules that a guest loads when it has booted. */
  readonly modules: readonly string[];
  /** Mount points that are mounted now, as far as the steps say. */
  readonly mounted: Set<string>;
  readonly #slowdown: number;
  readonly #answered = new Set<SignalMessage>();
  #deadline = Infinity;
  #limitMs = Infinity;
  #nextSeed = 128;

  constructor(options: {
    guest: Guest;
    stack: Stack;
    facts: Record<string, string>;
    files: Map<string, ScenarioFile>;
    groups: Map<string, ScenarioProcess[]>;
    kernelVersion: string;
    slowdown: number;
    modules: readonly string[];
  }) {
    this.guest = options.guest;
    this.stack = options.stack;
    this.facts = options.facts;
    // Steps change what files should hold; the plan that other cells share must not see it.
    this.files = new Map([...options.files].map(([path, file]) => [path, { ...file, seeds: [...file.seeds] }]));
    this.groups = options.groups;
    this.kernelVersion = options.kernelVersion;
    this.modules = options.modules;
    this.mounted = new Set(options.stack.mounts.keys());
    this.#slowdown = options.slowdown;
  }

  /** The cell of a guest that was forked from a checkpoint. */
  static inFork(
    guest: Guest,
    checkpoint: Checkpoint,
    { stack, layout }: { stack: Stack; layout: Layout },
    kernelVersion: string,
  ): Cell {
    return new Cell({
      guest,
      stack,
      facts: checkpoint.facts,
      files: layout.files,
      groups: layout.groups,
      kernelVersion,
      slowdown: checkpoint.slowdown,
      modules: checkpoint.plan.modules,
    });
  }

  /** Starts the clock of a step: milliseconds before the slowdown. */
  startStep(withinMs: number): void {
    this.#limitMs = withinMs * this.#slowdown;
    this.#deadline = performance.now() + this.#limitMs;
  }

  /** Milliseconds that the step still has. */
  get remainingMs(): number {
    return Math.max(1, this.#deadline - performance.now());
  }

  /** Asks the agent. @throws DeadlineExpired when the step's time is over. */
  async ask<O extends Op>(op: O, args: Requests[O]): Promise<Replies[O]> {
    try {
      return await this.guest.request(op, args, { withinMs: this.remainingMs });
    } catch (error) {
      // What counts for the reader is the step's limit, not what was left of it for its last request.
      throw error instanceof DeadlineExpired ? new DeadlineExpired(this.#limitMs, error.pids) : error;
    }
  }

  /** Performs a planned request; returns what the guest complains of, if anything. */
  async attempt(request: GuestRequest): Promise<string | undefined> {
    return complaint(request, await this.ask(request.op, request.args));
  }

  processesOf(group: string): ScenarioProcess[] {
    const processes = this.groups.get(group);
    if (processes === undefined) throw new Error(`no group ${group}: the loader should have said so`);
    return processes;
  }

  /** Signals that hit a process and that no touch has answered for. */
  signalsOf(process: string): SignalMessage[] {
    return this.guest.signals.filter((signal) => signal.process === process && !this.#answered.has(signal));
  }

  /** A touch reports what hit it itself: such a signal is not counted again. */
  answerFor(process: string): void {
    const last = this.signalsOf(process).at(-1);
    if (last !== undefined) this.#answered.add(last);
  }

  /** A new pattern for what a step writes. */
  takeSeed(): number {
    return this.#nextSeed++;
  }
}
