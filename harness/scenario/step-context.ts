// SPDX-License-Identifier: GPL-2.0-only
// What a step works with: the guest, the names of the scenario, and the expected content of its files.

import { Deadline } from '../guest/deadline.ts';
import { bindGuest } from '../guest/bound-guest.ts';
import { zerosSeed } from '../guest/protocol.ts';
import { InfraError } from '../host/errors.ts';
import type { BoundGuest, KernelRecord, LiveGuest, SignalMessage } from '../guest/live-guest.ts';
import { complaint, type GuestRequest } from '../guest/request.ts';
import type { PoisonTarget } from '../poison/route.ts';
import type { Stack } from '../storage/layer.ts';
import { copyOf } from './file-content.ts';
import type { ScenarioFile, ScenarioProcess } from './layout.ts';
import { factsOf } from './stack-stages.ts';
import type { StepReport } from './step-report.ts';

export interface StepContextOptions {
  guest: LiveGuest;
  stack: Stack;
  /** What the kernel reported when the stack was set up. */
  facts: Record<string, string>;
  files: ReadonlyMap<string, ScenarioFile>;
  /** Processes by group name. */
  groups: ReadonlyMap<string, readonly ScenarioProcess[]>;
  /** What makes a file or starts a group that is not there from the beginning. */
  later: ReadonlyMap<string, readonly GuestRequest[]>;
  kernelVersion: string;
  /** How much slower than a guest under KVM this one is, measured since it was forked. */
  slowdown: number;
  /** Modules that a guest loads after it booted. */
  modules: readonly string[];
}

/** What the steps of a scenario change, those in the background too. */
interface Shared extends Pick<StepContext, 'facts' | 'files' | 'groups' | 'poisoned' | 'mounted' | 'background'> {
  answered: Set<SignalMessage>;
  namespacesMayDiffer: boolean;
  nextSeed: number;
}

/** Other cells share the plan and must not see what steps change. */
function sharedOf({ facts, files, groups, stack }: StepContextOptions): Shared {
  return {
    facts: { ...facts },
    files: new Map([...files].map(([path, file]) => [path, { path, ...copyOf(file) }])),
    groups: new Map([...groups].map(([group, processes]) => [group, processes.map(ownProcess)])),
    poisoned: [],
    mounted: new Set(stack.mounts.keys()),
    background: new Map(),
    answered: new Set(),
    namespacesMayDiffer: false,
    nextSeed: firstSeed,
  };
}

/** The first seed of what steps write. */
const firstSeed = 128;

/** One scenario while its steps run. */
export class StepContext {
  readonly stack: Stack;
  readonly facts: Record<string, string>;
  readonly files: Map<string, ScenarioFile>;
  readonly groups: Map<string, ScenarioProcess[]>;
  readonly later: ReadonlyMap<string, readonly GuestRequest[]>;
  readonly kernelVersion: string;
  readonly modules: readonly string[];
  /** What steps have poisoned, in order. */
  readonly poisoned: PoisonTarget[];
  /** Mount points that are mounted now, according to the steps. */
  readonly mounted: Set<string>;
  /** Steps that run in the background, by name. */
  readonly background: Map<string, Promise<StepReport>>;
  readonly #options: StepContextOptions;
  readonly #shared: Shared;
  #bound: BoundGuest;

  /** `shared`: of the same scenario, for a step that runs at the same time as others. */
  constructor(options: StepContextOptions, shared = sharedOf(options)) {
    this.#options = options;
    this.#shared = shared;
    this.#bound = bindGuest(options.guest, new Deadline(0));
    this.stack = options.stack;
    this.later = options.later;
    this.kernelVersion = options.kernelVersion;
    this.modules = options.modules;
    this.facts = shared.facts;
    this.files = shared.files;
    this.groups = shared.groups;
    this.poisoned = shared.poisoned;
    this.mounted = shared.mounted;
    this.background = shared.background;
  }

  /** The same scenario for a step that runs at the same time as others: its requests have a deadline of their own. */
  strand(): StepContext {
    return new StepContext(this.#options, this.#shared);
  }

  /** The guest, bound to the deadline of the step that runs. */
  get guest(): BoundGuest {
    return this.#bound;
  }

  /** Starts the clock of a step. `deadlineMs`: milliseconds under KVM, multiplied by the slowdown. */
  startStep(deadlineMs: number): Deadline {
    const deadline = new Deadline(deadlineMs * this.#options.slowdown, () => this.#options.guest.now());
    this.#bound = bindGuest(this.#options.guest, deadline);
    return deadline;
  }

  /** Sends a planned request; returns the guest's complaint, if any. */
  async attempt(request: GuestRequest): Promise<string | undefined> {
    return complaint(request, await this.guest.request(request.op, request.args));
  }

  processesOf(group: string): ScenarioProcess[] {
    const processes = this.groups.get(group);
    if (processes === undefined) throw new Error(`no group ${group}: the loader should have rejected it`);
    return processes;
  }

  /** Notes a command of the scenario: ndctl and daxctl can make a namespace again, under another name and at another address. */
  noteCommand(command: string): void {
    if (/\b(ndctl|daxctl)\b/.test(command)) this.noteNewDevices();
  }

  /** Notes that namespaces may have other names in sysfs now. */
  noteNewDevices(): void {
    this.#shared.namespacesMayDiffer = true;
  }

  /** Asks again for the facts of a namespace, if a command can have changed them. One that is not bound keeps those it had. */
  async refreshFacts(device: string): Promise<void> {
    const namespace = this.stack.devices.get(device);
    if (!this.#shared.namespacesMayDiffer || namespace === undefined) return;
    for (const { name, argv } of factsOf(namespace)) {
      const { exit, stdout } = await this.guest.request('run', { argv });
      if (exit === 0) this.facts[name] = stdout.trim();
    }
  }

  /** The kernel log of this guest. @throws InfraError when it is so long that records of it were not kept, or were lost */
  wholeLog(): KernelRecord[] {
    const { log } = this.#options.guest;
    if (log.dropped > 0) {
      throw new InfraError(`the kernel log has ${log.length} records, of which ${log.dropped} were not kept`, {
        hint: 'Something in the guest floods it.',
      });
    }
    if (this.#options.guest.logLost) throw new InfraError('records of the kernel log were lost before they were read');
    return log.slice();
  }

  /** Signals to a process, except those that a touch, or a thread that touches over and over, ran into. @throws InfraError when there were more than are kept */
  signalsOf(process: string): SignalMessage[] {
    const { signals } = this.#options.guest;
    if (signals.dropped > 0) {
      throw new InfraError(
        `more than ${signals.length - signals.dropped} signals hit the processes: more than is kept`,
      );
    }
    return signals
      .slice()
      .filter((signal) => signal.process === process && signal.again !== true && !this.#shared.answered.has(signal));
  }

  /** A touch reports its own signal, which must not be counted again. */
  answerFor(process: string): void {
    const last = this.signalsOf(process).at(-1);
    if (last !== undefined) this.#shared.answered.add(last);
  }

  /** The seed of a new pattern, for a step that writes. */
  takeSeed(): number {
    // From `zerosSeed` on there is no pattern.
    if (this.#shared.nextSeed >= zerosSeed) throw new InfraError('a scenario has too many steps that write');
    return this.#shared.nextSeed++;
  }
}

/** A process whose copies other cells do not see. */
function ownProcess(process: ScenarioProcess): ScenarioProcess {
  return { ...process, copies: new Map(process.copies) };
}
