// SPDX-License-Identifier: GPL-2.0-only
// A run: kernels ready -> checkpoints ready -> cells -> verdicts. What several cells need is made once.

import { buildAgent } from '../guest/image/agent-build.ts';
import { knownAccelerator, probeKvm, rememberAccelerator, type AcceleratorChoice } from '../guest/accelerator.ts';
import { Checkpoints, readLog, type BootPlan, type Checkpoint } from '../guest/checkpoints.ts';
import { SetupFailed } from '../guest/guest-errors.ts';
import { buildInitramfs } from '../guest/image/initramfs.ts';
import { earlyModules, guestModules } from '../guest/image/modules.ts';
import { HazmatError } from '../host/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { moduleState } from '../kernel/module-index.ts';
import { resolveKernel } from '../kernel/resolve.ts';
import { hasWindow, type Machine } from '../machine/machine.ts';
import { buildPlugin, hasPlugins } from '../machine/plugin.ts';
import { qemuVersion } from '../machine/version.ts';
import { findWindow } from '../machine/window.ts';
import type { RouteEnvironment } from '../poison/route.ts';
import type { CellResult, RunEventBody } from '../results/events.ts';
import { bootModules, planGuest, skipReason, type CellPlan, type GuestNeeds } from '../scenario/plan.ts';
import { runCell, type PreparedCell } from './cell.ts';
import { metTextPatchingRace } from './tcg-race.ts';

/** What of the options the cells of a run share. */
export interface EnvironmentOptions {
  cells: readonly CellPlan[];
  emit: (event: RunEventBody) => void;
  /** Absolute folder of a cell. */
  cellFolder: (id: string) => string;
  signal: AbortSignal;
  /** Further words for the kernel's command line. */
  append?: string;
  /** Config fragments and files for kernels that are built (harness/kernel/config/configure.ts). */
  config?: readonly string[];
  configFromTree?: boolean;
  checkpoints?: Checkpoints;
}

/** What the cells of one run share. */
export class Environment {
  readonly checkpoints: Checkpoints;
  readonly #options: EnvironmentOptions;
  readonly #once = new Map<string, Promise<unknown>>();
  readonly #settled = new Set<string>();
  /** Ends when the last kernel that was asked for is settled. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.checkpoints = options.checkpoints ?? new Checkpoints();
  }

  /** Gets every kernel; what goes wrong is told by each cell that needs it, and to `failed`. */
  async fetchAll(failed: (error: unknown) => void): Promise<void> {
    for (const spec of new Set(this.#options.cells.map(({ kernel }) => kernel))) {
      await this.kernel(spec).catch(failed);
    }
  }

  /** Whether it is known what became of a kernel: it is there, or cannot be had. */
  isSettled(spec: string): boolean {
    return this.#settled.has(spec);
  }

  /** Resolves and fetches a kernel, once; one after the other, since two builds at a time would both be late. */
  kernel(spec: string): Promise<Kernel> {
    return this.#memo(`kernel ${spec}`, async () => {
      const turn = this.#turn;
      const made = turn.then(() => this.#makeKernel(spec)).finally(() => this.#settled.add(spec));
      this.#turn = made.catch(() => undefined);
      return made;
    });
  }

  async #makeKernel(spec: string): Promise<Kernel> {
    const facts = { task: `kernel ${spec}`, kernel: spec, title: `get ${spec}` };
    const { config = [], configFromTree = false } = this.#options;
    const kernel = await this.#made(facts, ({ signal, progress }) =>
      resolveKernel(spec, { progress, signal, config, configFromTree }),
    );
    const { label, version, release, id, origin } = kernel;
    this.#options.emit({ type: 'kernel-ready', kernel: spec, label, version, release, id, origin });
    return kernel;
  }

  /** What a machine boots with a kernel. */
  bootPlan(kernel: Kernel, asked: Machine): Promise<BootPlan> {
    return this.#memo(`boot plan ${kernel.id} ${asked.name}`, async () => {
      const machine = { ...asked, memory: asked.memory + (kernel.moreMemory ?? 0) };
      const initrd = await this.#memo(`initramfs ${kernel.id}`, () =>
        this.#made(
          { task: `initramfs ${kernel.spec}`, kernel: kernel.spec, title: `initramfs for ${kernel.spec}` },
          async (making) => {
            const agent = await buildAgent(making.signal);
            return buildInitramfs({ kernel, agent, modules: guestModules, early: earlyModules }, making);
          },
        ),
      );
      const version = await this.#memo('qemu', qemuVersion);
      const plan: BootPlan = {
        machine,
        accelerator: 'tcg',
        kernel: { image: kernel.image, id: kernel.id },
        initrd,
        append: this.#options.append ?? '',
        modules: [],
        window: undefined,
        qemuVersion: version,
      };
      const { accelerator } = await this.accelerator(plan);
      const wanted = bootModules({ machine, accelerator });
      const plugin = machine.plugin !== undefined && accelerator === 'tcg' && (await this.#plugins());
      return {
        ...plan,
        accelerator,
        plugin: plugin ? await this.#memo('plugin', () => buildPlugin(this.#options.signal)) : undefined,
        modules: wanted.filter((module) => moduleState(kernel, module) === 'module'),
        window: hasWindow(machine) ? await this.#window({ machine, accelerator, qemuVersion: version }) : undefined,
      };
    });
  }

  /** Where the window of a machine's firmware lies. */
  #window(facts: Parameters<typeof findWindow>[0]): Promise<number> {
    return this.#memo(`window ${facts.machine.name} ${facts.machine.memory}`, () =>
      findWindow(facts, this.#options.signal),
    );
  }

  /** KVM if it boots something here. */
  accelerator(plan: BootPlan): Promise<AcceleratorChoice> {
    return this.#memo('accelerator', async () => {
      const known = knownAccelerator(plan.qemuVersion);
      if (known !== undefined) return known;
      return this.#made({ task: 'accelerator', title: 'check whether KVM can boot a guest' }, ({ started, signal }) => {
        started();
        return probeKvm(plan, signal);
      });
    });
  }

  #plugins(): Promise<boolean> {
    return this.#memo('plugins', hasPlugins);
  }

  /** Where a scenario of this machine would run; undefined when that cannot be told, which its checkpoint then says. */
  async #routeEnvironment(kernel: Kernel, machine: Machine): Promise<RouteEnvironment | undefined> {
    try {
      const { accelerator } = await this.bootPlan(kernel, machine);
      return { machine, accelerator, plugins: await this.#plugins() };
    } catch {
      this.#options.signal.throwIfAborted();
      return undefined;
    }
  }

  booted(kernel: Kernel, machine: Machine): Promise<Checkpoint> {
    return this.#memo(`booted ${kernel.id} ${machine.name}`, async () => {
      const plan = await this.bootPlan(kernel, machine);
      const task = {
        task: `boot ${kernel.spec} ${machine.name}`,
        kernel: kernel.spec,
        title: `boot ${kernel.label} on ${machine.name}`,
      };
      const boot = (): Promise<Checkpoint> => this.#made(task, (setup) => this.checkpoints.booted(plan, setup));
      const checkpoint = await boot().catch((error: unknown) => {
        const race = error instanceof SetupFailed ? metTextPatchingRace(error, plan.accelerator) : undefined;
        if (race === undefined) throw error;
        this.#options.emit({ type: 'message', level: 'warning', text: `${task.title}: ${race}; booting once more` });
        return boot();
      });
      // Only now is it sure that a probe of KVM failed because of KVM and not because of the kernel.
      rememberAccelerator(await this.accelerator(plan), plan.qemuVersion);
      return checkpoint;
    });
  }

  /**
   * A checkpoint of a scenario: booted, with its stack, or with its processes too. What it rests on is kept until `done` is
   * called.
   */
  async checkpointAt(
    plan: CellPlan,
    kernel: Kernel,
    depth: 'boot' | 'stack' | 'processes',
  ): Promise<{ checkpoint: Checkpoint; done: () => void }> {
    let checkpoint = await this.booted(kernel, plan.of.machine);
    const { layers } = planGuest(plan.of, kernel.version);
    const taken: Checkpoint[] = [];
    const done = (): void => {
      for (const one of taken.splice(0)) this.checkpoints.letGo(one);
      this.checkpoints.bound();
    };
    try {
      for (const layer of layers.slice(0, { boot: 0, stack: 1, processes: 2 }[depth])) {
        const parent = checkpoint;
        const title = `set up ${layer.title} of ${plan.scenario} on ${kernel.label}`;
        // Machines may share a saved state and yet differ in how their forks are started.
        const key = `${plan.of.machine.name} ${parent.key} ${JSON.stringify([layer.requests, layer.facts])}`;
        const lay = (): Promise<Checkpoint> =>
          this.#memo(key, () =>
            this.#made({ task: title, kernel: kernel.spec, title }, (setup) =>
              this.checkpoints.extend(parent, layer, setup),
            ),
          );
        checkpoint = await lay();
        if (checkpoint === parent) continue;
        while (!this.checkpoints.take(checkpoint)) {
          this.#once.delete(key);
          checkpoint = await lay();
        }
        taken.push(checkpoint);
      }
      return { checkpoint, done };
    } catch (error) {
      done();
      throw error;
    }
  }

  async runCell(plan: CellPlan): Promise<CellResult> {
    const { emit, cellFolder, signal } = this.#options;
    const kernel = await this.kernel(plan.kernel).catch((error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof HazmatError) return error;
      throw error;
    });
    const cell = { folder: cellFolder(plan.id), emit, signal };
    if (kernel instanceof HazmatError) {
      const prepare = (): Promise<never> => Promise.reject(kernel);
      return runCell(plan, { ...cell, kernelVersion: '', vmlinux: undefined, prepare, skip: undefined });
    }
    const { version, vmlinux } = kernel;
    const has = (module: string): boolean => moduleState(kernel, module) !== 'absent';
    let done = (): void => undefined;
    const prepare = async (): Promise<PreparedCell> => {
      const at = await this.checkpointAt(plan, kernel, 'processes');
      done = at.done;
      return this.prepared(at.checkpoint, planGuest(plan.of, version));
    };
    const skip = skipReason(plan.of, { version, has }, await this.#routeEnvironment(kernel, plan.of.machine));
    return runCell(plan, { ...cell, kernelVersion: version, vmlinux, prepare, skip }).finally(() => done());
  }

  /** What a cell, or a shell, needs of a checkpoint. */
  prepared(checkpoint: Checkpoint, needs: GuestNeeds): PreparedCell {
    const { plan, facts, slowdown, bootRecords } = checkpoint;
    return {
      needs,
      accelerator: plan.accelerator,
      facts,
      slowdown,
      modules: plan.modules,
      log: readLog(checkpoint),
      bootRecords,
      fork: (consoleFile, signal) => this.checkpoints.fork(checkpoint, consoleFile, signal),
    };
  }

  /** A task that is told only once it turns out that there is something to do. */
  async #made<T>(
    facts: { task: string; kernel?: string; title: string },
    make: (making: { signal: AbortSignal; started: () => void; progress: (note: string) => void }) => Promise<T>,
  ): Promise<T> {
    let end: ((ok: boolean) => void) | undefined;
    const started = (): void => {
      end ??= this.#begin(facts);
    };
    const progress = (note: string): void => {
      started();
      this.#options.emit({ type: 'task-progress', ...facts, note });
    };
    try {
      const made = await make({ signal: this.#options.signal, started, progress });
      end?.(true);
      return made;
    } catch (error) {
      end?.(false);
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
