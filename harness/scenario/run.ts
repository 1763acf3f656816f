// SPDX-License-Identifier: GPL-2.0-only
// A run: kernels ready -> checkpoints ready -> cells -> verdicts. What several cells need is made once.

import os from 'node:os';
import { buildAgent } from '../guest/agent-build.ts';
import { knownAccelerator, probeKvm, rememberAccelerator, type AcceleratorChoice } from '../guest/accelerator.ts';
import { Checkpoints, type BootPlan, type Checkpoint } from '../guest/checkpoints.ts';
import { buildInitramfs } from '../guest/initramfs.ts';
import { earlyModules, guestModules } from '../guest/modules.ts';
import { HazmatError, LabError } from '../host/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { moduleState } from '../kernel/module-index.ts';
import { resolveKernel } from '../kernel/resolve.ts';
import type { Machine } from '../machine/machine.ts';
import { qemuVersion } from '../machine/version.ts';
import type { CellResult, RunEventBody } from '../results/events.ts';
import { bootModules, planGuest, skipReason, type CellPlan } from './plan.ts';
import { runCell } from './run-cell.ts';

export interface RunOptions {
  cells: readonly CellPlan[];
  /** Guests at a time. */
  jobs: number;
  emit: (event: RunEventBody) => void;
  /** Absolute folder of a cell. */
  cellFolder: (id: string) => string;
  signal: AbortSignal;
  /** Do not use saved guests: boot and lay everything anew for each cell. For measuring. */
  fresh?: boolean;
}

/** Guests at a time if nothing is said: one a CPU, since a guest under TCG keeps about one busy. */
export function defaultJobs(): number {
  const gibi = 2 ** 30;
  return Math.max(1, Math.min(os.availableParallelism(), Math.floor(os.freemem() / gibi)));
}

/** Runs the cells. @throws when called off; errors that concern one cell are that cell's verdict. */
export async function runCells(options: RunOptions): Promise<CellResult[]> {
  const lab = new Lab(options);
  const results: CellResult[] = [];
  const queue = [...options.cells];
  const worker = async (): Promise<void> => {
    for (let plan = queue.shift(); plan !== undefined; plan = queue.shift()) {
      options.signal.throwIfAborted();
      results.push(await lab.runCell(plan));
    }
  };
  // Kernels are fetched ahead, while the first cells already run.
  const fetching = lab.fetchAll();
  await Promise.all(Array.from({ length: options.jobs }, worker));
  await fetching;
  return results;
}

/** What the cells of one run share. */
export class Lab {
  readonly checkpoints = new Checkpoints();
  readonly #options: Pick<RunOptions, 'cells' | 'emit' | 'cellFolder' | 'signal'>;
  readonly #once = new Map<string, Promise<unknown>>();

  constructor(options: Pick<RunOptions, 'cells' | 'emit' | 'cellFolder' | 'signal'>) {
    this.#options = options;
  }

  async fetchAll(): Promise<void> {
    for (const spec of new Set(this.#options.cells.map(({ kernel }) => kernel))) {
      await this.kernel(spec).catch(() => undefined); // told by each cell that needs it
    }
  }

  /** Resolves and fetches a kernel, once. */
  kernel(spec: string): Promise<Kernel> {
    return this.#memo(`kernel ${spec}`, async () => {
      const kernel = await this.#task({ task: `kernel ${spec}`, kernel: spec, title: `fetch ${spec}` }, (progress) =>
        resolveKernel(spec, { progress, signal: this.#options.signal }),
      );
      const { label, version, release, id, origin } = kernel;
      this.#options.emit({ type: 'kernel-ready', kernel: spec, label, version, release, id, origin });
      return kernel;
    });
  }

  /** What a machine boots with a kernel. */
  bootPlan(kernel: Kernel, machine: Machine): Promise<BootPlan> {
    return this.#memo(`boot plan ${kernel.id} ${machine.name}`, async () => {
      const initrd = await this.#memo(`initramfs ${kernel.id}`, () =>
        this.#task(
          { task: `initramfs ${kernel.spec}`, kernel: kernel.spec, title: `initramfs for ${kernel.spec}` },
          async () => {
            const agent = await buildAgent(this.#options.signal);
            return buildInitramfs(
              { kernel, agent, modules: guestModules, early: earlyModules },
              { signal: this.#options.signal },
            );
          },
        ),
      );
      const version = await this.#memo('qemu', qemuVersion);
      const plan: BootPlan = {
        machine,
        accelerator: 'tcg',
        kernel: { image: kernel.image, id: kernel.id },
        initrd,
        modules: bootModules.filter((module) => moduleState(kernel, module) === 'module'),
        qemuVersion: version,
      };
      const { accelerator } = await this.accelerator(plan);
      return { ...plan, accelerator };
    });
  }

  /** KVM if it boots something here. */
  accelerator(plan: BootPlan): Promise<AcceleratorChoice> {
    return this.#memo('accelerator', async () => {
      const known = knownAccelerator(plan.qemuVersion);
      if (known !== undefined) return known;
      return this.#task({ task: 'accelerator', title: 'see whether KVM boots a guest here' }, () =>
        probeKvm(plan, this.#options.signal),
      );
    });
  }

  booted(kernel: Kernel, machine: Machine): Promise<Checkpoint> {
    return this.#memo(`booted ${kernel.id} ${machine.name}`, async () => {
      const plan = await this.bootPlan(kernel, machine);
      const task = {
        task: `boot ${kernel.spec} ${machine.name}`,
        kernel: kernel.spec,
        title: `boot ${kernel.label} on ${machine.name}`,
      };
      const checkpoint = await this.#made(task, (laying) => this.checkpoints.booted(plan, laying));
      // Only now is it sure that a probe of KVM failed because of KVM and not because of the kernel.
      rememberAccelerator(await this.accelerator(plan), plan.qemuVersion);
      return checkpoint;
    });
  }

  /** A checkpoint of a scenario: booted, with its stack, or with its processes too. */
  async checkpointAt(plan: CellPlan, kernel: Kernel, depth: 'booted' | 'stack' | 'processes'): Promise<Checkpoint> {
    let checkpoint = await this.booted(kernel, plan.of.machine);
    const { layers } = planGuest(plan.of, kernel.version);
    for (const layer of layers.slice(0, { booted: 0, stack: 1, processes: 2 }[depth])) {
      const parent = checkpoint;
      const title = `lay ${layer.title} of ${plan.scenario} on ${kernel.label}`;
      checkpoint = await this.#memo(`${parent.key} ${JSON.stringify([layer.requests, layer.facts])}`, () =>
        this.#made({ task: title, kernel: kernel.spec, title }, (laying) =>
          this.checkpoints.extend(parent, layer, laying),
        ),
      );
    }
    return checkpoint;
  }

  async runCell(plan: CellPlan): Promise<CellResult> {
    const { emit, cellFolder, signal } = this.#options;
    const kernel = await this.kernel(plan.kernel).catch((error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof HazmatError) return error;
      throw error;
    });
    if (kernel instanceof HazmatError) {
      const prepare = (): Promise<never> =>
        Promise.reject(new LabError(kernel.message, kernel.hint === undefined ? {} : { hint: kernel.hint }));
      return runCell(plan, {
        kernelVersion: '',
        vmlinux: undefined,
        checkpoints: this.checkpoints,
        prepare,
        skip: undefined,
        folder: cellFolder(plan.id),
        emit,
        signal,
      });
    }
    const has = (module: string): boolean => moduleState(kernel, module) !== 'absent';
    return runCell(plan, {
      kernelVersion: kernel.version,
      vmlinux: kernel.vmlinux,
      checkpoints: this.checkpoints,
      prepare: async () => ({
        checkpoint: await this.checkpointAt(plan, kernel, 'processes'),
        needs: planGuest(plan.of, kernel.version),
      }),
      skip: skipReason(plan.of, { version: kernel.version, has }),
      folder: cellFolder(plan.id),
      emit,
      signal,
    });
  }

  /** A task that is told only if there is something to make. */
  #made<T>(
    facts: { task: string; kernel: string; title: string },
    make: (laying: { signal: AbortSignal; started: () => void; progress: (note: string) => void }) => Promise<T>,
  ): Promise<T> {
    let begun: ((ok: boolean) => void) | undefined;
    const laying = {
      signal: this.#options.signal,
      started: () => {
        begun = this.#begin(facts);
      },
      progress: (note: string) => this.#options.emit({ type: 'task-progress', ...facts, note }),
    };
    return make(laying).then(
      (made) => {
        begun?.(true);
        return made;
      },
      (error: unknown) => {
        begun?.(false);
        throw error;
      },
    );
  }

  async #task<T>(
    facts: { task: string; kernel?: string; title: string },
    work: (progress: (note: string) => void) => Promise<T>,
  ): Promise<T> {
    const end = this.#begin(facts);
    try {
      const done = await work((note) => this.#options.emit({ type: 'task-progress', ...facts, note }));
      end(true);
      return done;
    } catch (error) {
      end(false);
      throw error;
    }
  }

  #begin(facts: { task: string; kernel?: string; title: string }): (ok: boolean) => void {
    const started = performance.now();
    this.#options.emit({ type: 'task-started', ...facts });
    return (ok) =>
      this.#options.emit({ type: 'task-ended', ...facts, ok, durationMs: Math.round(performance.now() - started) });
  }

  #memo<T>(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#once.get(key);
    if (known !== undefined) return known as Promise<T>;
    const made = make();
    made.catch(() => undefined); // whoever awaits it is told
    this.#once.set(key, made);
    return made;
  }
}
