// SPDX-License-Identifier: GPL-2.0-only
// What the cells of a run share: kernels, the accelerator, initramfs, plugin, and checkpoints of each stage.

import path from 'node:path';
import { buildAgent } from '../guest/image/agent-build.ts';
import { chooseRecorder } from '../guest/recorder.ts';
import { knownAccelerator, probeKvm, rememberAccelerator, type AcceleratorChoice } from '../guest/accelerator.ts';
import { CheckpointLost } from '../guest/checkpoint-lost.ts';
import { Checkpoints, recordingAfter, readLog, type BootPlan, type Checkpoint } from '../guest/checkpoints.ts';
import { SetupFailed } from '../guest/guest-errors.ts';
import type { LiveGuest } from '../guest/live-guest.ts';
import { buildInitramfs, type Initramfs } from '../guest/image/initramfs.ts';
import { earlyModules, guestModules } from '../kernel/guest-modules.ts';
import { replacedBetween, sameModules } from '../guest/image/replaced-modules.ts';
import { HazmatError, InfraError, renderError } from '../host/errors.ts';
import { canHaveTestModules, withTestModules } from '../kernel/build/test-modules.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { moduleState } from '../kernel/module-index.ts';
import { hasWindow, whyNotSaved, withImage, type Machine } from '../machine/machine.ts';
import { buildPlugin, hasPlugins, leavesLoops } from '../machine/plugin.ts';
import { tscKhz } from '../machine/tsc-frequency.ts';
import { qemuOf, type QemuProgram } from '../machine/qemu-program.ts';
import { findWindow } from '../machine/window.ts';
import type { RouteEnvironment } from '../poison/route.ts';
import type { CellResult } from '../results/events.ts';
import { featuresBeyondVersion } from '../scenario/features.ts';
import type { Scenario } from '../scenario/load.ts';
import { bootModules, planGuest, skipReason, type CellPlan, type GuestNeeds } from '../scenario/plan.ts';
import { checkoutOf } from '../suite/checkout.ts';
import { suiteNamed } from '../suite/suites.ts';
import { suiteImage, type SuiteImage } from '../suite/tree.ts';
import { cellFiles } from './cell-files.ts';
import { runCell, type PreparedCell } from './cell.ts';
import { cleanUp } from './clean-up.ts';
import { keepSymbols } from './coverage/symbols.ts';
import { readSources } from './guest-sources.ts';
import { askWhy } from './hang-evidence.ts';
import { Kernels, type KernelOptions } from './kernels.ts';
import { tryTwice, type Tried } from './second-try.ts';
import { prepareSingle, type HeldCell } from './single-cell.ts';
import { Tasks } from './tasks.ts';
import { metEmulatorFault } from './tcg-fault.ts';

export interface EnvironmentOptions extends KernelOptions {
  cells: readonly CellPlan[];
  /** Absolute folder of a cell. */
  cellFolder: (id: string) => string;
  signal: AbortSignal;
  /** Further words for the kernel's command line. */
  append?: string | undefined;
  /** Which QEMU runs kernels that do not say it themselves (machine/qemu-program.ts); by default this machine's. */
  qemu?: string | undefined;
  checkpoints?: Checkpoints | undefined;
  /** All that kernels execute is recorded; what cells share of it is kept in this folder. */
  coverage?: { folder: string } | undefined;
}

/** A chain of checkpoints of which something is lost is made this often in all. */
const lostTries = 4;

export interface HeldCheckpoint {
  checkpoint: Checkpoint;
  firstTry: SetupFailed | undefined;
  done: () => void;
}

/** The stages of a guest that are saved: later ones go on from earlier ones. */
export type Stage = 'boot' | 'stack' | 'processes';

/** Which guest of a scenario is asked for. */
interface AskedGuest {
  stage: Stage;
  /** Gets what a guest prints that is not forked. */
  console: string;
  /** Whether steps that are not known yet may poison by the route consume. */
  mayConsume?: boolean;
}

/** The titles of what is set up for each. */
const titlesOf: Record<Stage, string[]> = { boot: [], stack: ['stack'], processes: ['stack', 'processes'] };

export class Environment {
  readonly checkpoints: Checkpoints;
  readonly kernels: Kernels;
  readonly #options: EnvironmentOptions;
  readonly #tasks: Tasks;
  /** `KERNEL MACHINE` of the guests that have booted, or failed to. */
  readonly #booted = new Set<string>();

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.#tasks = new Tasks(options.emit, options.signal);
    this.kernels = new Kernels(options, this.#tasks);
    this.checkpoints = options.checkpoints ?? new Checkpoints();
  }

  /** What a machine boots with a kernel. */
  bootPlan(kernel: Kernel, asked: Machine): Promise<BootPlan> {
    const task = `boot plan ${kernel.id} ${asked.name} ${kernel.append ?? ''} ${this.#qemuWord(kernel)}`;
    return this.#tasks.once(task, async () => {
      const bare = { ...asked, memory: asked.memory + (kernel.moreMemory ?? 0) };
      const machine = asked.suite === undefined ? bare : withImage(bare, await this.#suiteImage(asked.suite));
      const initrd = await this.#initramfs(kernel);
      const qemu = await this.qemu(kernel);
      const coverage = this.#options.coverage !== undefined;
      const plan: BootPlan = {
        machine,
        accelerator: 'tcg',
        kernel: { image: kernel.image, id: kernel.id },
        initrd,
        bootOf: undefined,
        append: kernel.append ?? this.#options.append ?? '',
        lines: kernel.lines,
        coverage,
        modules: [],
        window: undefined,
        qemu,
        tscKhz: undefined,
      };
      const { accelerator } = await this.accelerator(plan);
      if (coverage && accelerator !== 'tcg') await this.#warnOfKvm();
      const wanted = bootModules({ machine, accelerator });
      const watched = machine.plugin !== undefined || leavesLoops(qemu.version);
      const plugin = watched && accelerator === 'tcg' && (await this.#plugins(qemu));
      const modules = wanted.filter((module) => moduleState(kernel, module) === 'module');
      return {
        ...plan,
        // Until a boot that is shared with another kernel is gone on from, nothing is recorded.
        bootOf: coverage ? undefined : await this.#bootOf(kernel, initrd, modules),
        accelerator,
        recorder: chooseRecorder(accelerator),
        tscKhz: accelerator === 'tcg' ? await this.#tasks.once('tsc', () => tscKhz(this.#options.signal)) : undefined,
        plugin: plugin ? await this.#plugin(qemu) : undefined,
        modules,
        window: hasWindow(machine) ? await this.#window({ machine, accelerator, qemu }) : undefined,
      };
    });
  }

  #warnOfKvm(): Promise<void> {
    return this.#tasks.once('coverage under KVM', () => {
      const text = '--coverage: what guests execute can be recorded under TCG only: set HAZMAT_ACCEL=tcg';
      this.#options.emit({ type: 'message', level: 'warning', text });
      return Promise.resolve();
    });
  }

  /** The tree of a suite, built from the user's checkout. */
  #suiteImage(name: string): Promise<SuiteImage> {
    return this.#tasks.once(`suite ${name}`, () =>
      this.#tasks.reported({ task: `suite ${name}`, title: `build the tree of ${name}` }, (making) => {
        const kind = suiteNamed(name);
        const checkout = kind === undefined ? undefined : checkoutOf(kind);
        if (kind === undefined || checkout === undefined) throw new InfraError(`no checkout of ${name} is given`);
        return suiteImage(name, kind.tree, checkout, making);
      }),
    );
  }

  #initramfs(kernel: Kernel): Promise<Initramfs> {
    return this.#tasks.once(`initramfs ${kernel.id}`, () =>
      this.#tasks.reported(
        { task: `initramfs ${kernel.spec}`, kernel: kernel.spec, title: `initramfs for ${kernel.spec}` },
        async (making) => {
          const agent = await buildAgent(making.signal, making.progress);
          return buildInitramfs({ kernel, agent, modules: guestModules, early: earlyModules }, making);
        },
      ),
    );
  }

  /** The boot that a kernel shares with the stock kernel whose image it has. */
  async #bootOf(kernel: Kernel, { modules }: Initramfs, wanted: readonly string[]): Promise<BootPlan['bootOf']> {
    const { stock } = kernel;
    if (stock === undefined || modules === undefined) return undefined;
    const initrd = await this.#initramfs(stock);
    if (initrd.modules === undefined) return undefined;
    const from = { archive: initrd.modules, kernel: stock };
    const replaced = replacedBetween(from, { archive: modules, kernel }, earlyModules);
    if (replaced === undefined) return undefined;
    const same = sameModules(wanted, replaced, [stock, kernel]);
    return { label: stock.label, kernelId: stock.id, initrd, replaced, same };
  }

  /** The address of the window of a machine's firmware. */
  #window(facts: Parameters<typeof findWindow>[0]): Promise<number> {
    return this.#tasks.once(`window ${facts.machine.name} ${facts.machine.memory} ${facts.qemu.version}`, () =>
      findWindow(facts, this.#options.signal),
    );
  }

  /** KVM if it boots something here. */
  accelerator(plan: BootPlan): Promise<AcceleratorChoice> {
    return this.#tasks.once(`accelerator ${plan.qemu.version}`, async () => {
      const known = knownAccelerator(plan.qemu.version);
      if (known !== undefined) return known;
      return this.#tasks.reported(
        { task: 'accelerator', title: 'try whether KVM boots a guest' },
        ({ started, signal }) => {
          started();
          return probeKvm(plan, signal);
        },
      );
    });
  }

  /** The QEMU that runs a kernel, fetched when it is not there yet. */
  qemu(kernel: Kernel): Promise<QemuProgram> {
    const word = this.#qemuWord(kernel);
    return this.#tasks.once(`qemu ${word}`, () =>
      this.#tasks.reported({ task: `qemu ${word}`, title: `get QEMU ${word}` }, ({ progress, signal }) =>
        qemuOf(word, { progress, signal }),
      ),
    );
  }

  #qemuWord({ qemu }: Kernel): string {
    return qemu ?? this.#options.qemu ?? 'host';
  }

  #plugins(qemu: QemuProgram): Promise<boolean> {
    return this.#tasks.once(`plugins ${qemu.version}`, () => hasPlugins(qemu));
  }

  #plugin(qemu: QemuProgram): Promise<string> {
    return this.#tasks.once(`plugin ${qemu.version}`, () => buildPlugin(qemu, this.#options.signal));
  }

  /** What a scenario of this machine would run on; undefined when that is not known: its checkpoint then says why. */
  async #routeEnvironment(kernel: Kernel, machine: Machine): Promise<RouteEnvironment | undefined> {
    try {
      const { accelerator, qemu } = await this.bootPlan(kernel, machine);
      return { machine, accelerator, qemuVersion: qemu.version, plugins: await this.#plugins(qemu) };
    } catch {
      this.#options.signal.throwIfAborted();
      return undefined;
    }
  }

  /** Whether it is known how a machine boots with a kernel, named by its spec: nobody waits for that boot any more. */
  hasBooted(kernel: string, machine: Machine): boolean {
    return this.#booted.has(`${kernel} ${machine.name}`);
  }

  booted(kernel: Kernel, machine: Machine): Promise<Tried<Checkpoint>> {
    return this.#tasks.once(bootedTask(kernel, machine), () =>
      this.#boot(kernel, machine).finally(() => this.#booted.add(`${kernel.spec} ${machine.name}`)),
    );
  }

  async #boot(kernel: Kernel, machine: Machine): Promise<Tried<Checkpoint>> {
    const plan = await this.bootPlan(kernel, machine);
    const task = {
      task: `boot ${kernel.spec} ${machine.name}`,
      kernel: kernel.spec,
      title: `boot ${kernel.label} on ${machine.name}`,
    };
    const boot = (): Promise<Checkpoint> => this.#tasks.reported(task, (setup) => this.checkpoints.booted(plan, setup));
    return this.#tryBoot(task.title, plan, boot);
  }

  /** Boots a guest, and once more for what is worth another try. @throws SetupFailed, InfraError */
  async #tryBoot<T>(title: string, plan: BootPlan, boot: () => Promise<T>): Promise<Tried<T>> {
    const tried = await tryTwice(
      title,
      () =>
        boot().catch((error: unknown) => {
          const fault = error instanceof SetupFailed ? metEmulatorFault(error) : undefined;
          if (fault === undefined) throw error;
          this.#options.emit({ type: 'message', level: 'warning', text: `${title}: ${fault}; booting once more` });
          return boot();
        }),
      this.#options,
    );
    // Only now is it sure that a probe of KVM failed because of KVM and not because of the kernel.
    rememberAccelerator(await this.accelerator(plan), plan.qemu.version);
    return tried;
  }

  /**
   * A cell that is ready for its steps: its guests are forked from a checkpoint, or, on a machine whose guests cannot be saved, it has one.
   * @throws SetupFailed, InfraError
   */
  async preparedAt(plan: CellPlan, kernel: Kernel, asked: AskedGuest): Promise<HeldCell> {
    const { stage, mayConsume = false } = asked;
    const needs = await this.needsOf(plan.of, kernel.version);
    if (whyNotSaved(plan.of.machine) !== undefined) return this.#prepareSingle(plan, kernel, needs, asked);
    const { checkpoint, firstTry, done } = await this.checkpointAt(plan, kernel, stage);
    const release = (): Promise<void> => {
      done();
      return Promise.resolve();
    };
    try {
      const fork = (): Promise<LiveGuest> => this.checkpoints.fork(checkpoint, '/dev/null', this.#options.signal);
      await this.#keepSymbols(kernel, checkpoint.plan, fork);
      return { ...this.prepared(checkpoint, needs, mayConsume), firstTry, done: release };
    } catch (error) {
      done();
      throw error;
    }
  }

  async #prepareSingle(
    plan: CellPlan,
    kernel: Kernel,
    needs: GuestNeeds,
    { stage, console, mayConsume = false }: AskedGuest,
  ): Promise<HeldCell> {
    const bare = await this.bootPlan(kernel, plan.of.machine);
    const boot = { ...bare, plugin: pluginFor(bare, needs, mayConsume) };
    const stages = needs.stages.filter(({ title }) => titlesOf[stage].includes(title));
    const title = `boot ${kernel.label} on ${plan.of.machine.name} and set up ${plan.id}`;
    const task = { task: title, kernel: kernel.spec, title };
    const { made, first } = await this.#tryBoot(title, boot, () =>
      this.#tasks.reported(task, (setup) =>
        prepareSingle({ id: plan.id, boot, needs, stages, console }, { ...setup, askWhy }),
      ),
    );
    const others: HeldCell[] = [];
    const another = async (): Promise<LiveGuest> => {
      const { signal } = this.#options;
      const other = await prepareSingle(
        { id: `${plan.id} symbols`, boot, needs, stages: [], console: '/dev/null' },
        { signal },
      );
      others.push(other);
      return other.fork('/dev/null', signal);
    };
    try {
      await this.#keepSymbols(kernel, boot, another);
    } catch (error) {
      await made.done();
      throw error;
    } finally {
      for (const other of others) await other.done();
    }
    return { ...made, firstTry: first };
  }

  /**
   * A checkpoint of a scenario at a stage. It and those that it goes on from are kept in the cache until `done` is called.
   * When one of them is lost meanwhile, those from there on are made again.
   * @throws SetupFailed, InfraError
   */
  async checkpointAt(plan: CellPlan, kernel: Kernel, stage: Stage): Promise<HeldCheckpoint> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#holdChain(plan, kernel, stage);
      } catch (error) {
        this.#options.signal.throwIfAborted();
        if (!(error instanceof CheckpointLost) || tries >= lostTries) throw error;
      }
    }
  }

  /** What a scenario needs of a guest, with what it brings into it. @throws UsageError, InfraError for a program that cannot be compiled */
  async needsOf(scenario: Scenario, kernelVersion: string): Promise<GuestNeeds> {
    return planGuest(scenario, kernelVersion, await readSources(scenario, this.#options.signal));
  }

  /** @throws CheckpointLost when something must be made again, SetupFailed, InfraError */
  async #holdChain(plan: CellPlan, kernel: Kernel, stage: Stage): Promise<HeldCheckpoint> {
    // Looked at again together when one is lost: what is still whole is found in the cache.
    const tasks = [bootedTask(kernel, plan.of.machine)];
    const held: Checkpoint[] = [];
    const hold = async (one: Checkpoint): Promise<void> => {
      held.push(one);
      if (!(await this.checkpoints.hold(one, this.#options.signal))) throw new CheckpointLost(one.key);
    };
    const done = (): void => {
      for (const one of held.splice(0)) this.checkpoints.release(one);
      cleanUp(() => this.checkpoints.bound());
    };
    try {
      let { made: checkpoint, first: firstTry } = await this.booted(kernel, plan.of.machine);
      await hold(checkpoint);
      const { stages } = await this.needsOf(plan.of, kernel.version);
      for (const requests of stages.filter(({ title }) => titlesOf[stage].includes(title))) {
        const parent = checkpoint;
        const title = `set up ${requests.title} of ${plan.scenario} on ${kernel.label}`;
        // Machines may share a saved state and yet differ in how their forks are started. What went on from a parent that was lost is lost.
        const key = `${plan.of.machine.name} ${parent.key} ${parent.id} ${JSON.stringify([requests.requests, requests.facts])}`;
        tasks.push(key);
        const tried = await this.#tasks.once(key, () =>
          tryTwice(
            title,
            () =>
              this.#tasks.reported({ task: title, kernel: kernel.spec, title }, (setup) =>
                this.checkpoints.extend(parent, requests, { ...setup, askWhy }),
              ),
            this.#options,
          ),
        );
        checkpoint = tried.made;
        firstTry = tried.first ?? firstTry;
        if (checkpoint !== parent) await hold(checkpoint);
      }
      return { checkpoint, firstTry, done };
    } catch (error) {
      done();
      if (error instanceof CheckpointLost) for (const task of tasks) this.#tasks.forget(task);
      throw error;
    }
  }

  /** The kernel of a cell; of a suite that needs them with modules for tests. A kernel that cannot have them is as it is: it lacks a module. */
  async kernelOf({ kernel: name, of }: CellPlan): Promise<Kernel> {
    const kernel = await this.kernels.kernel(name);
    const { suite } = of;
    if (suite?.test === undefined || suite.kind.testModules !== true || !canHaveTestModules(kernel)) return kernel;
    return this.#tasks.once(`test modules ${kernel.id}`, () =>
      this.#tasks.reported(
        { task: `test modules ${name}`, kernel: name, title: `build test modules for ${kernel.label}` },
        (making) => withTestModules(kernel, making),
      ),
    );
  }

  async runCell(plan: CellPlan): Promise<CellResult> {
    const { emit, cellFolder, signal, coverage } = this.#options;
    const kernel = await this.kernelOf(plan).catch((error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof HazmatError) return error;
      throw error;
    });
    const cell = { folder: cellFolder(plan.id), coverageFolder: coverage?.folder, emit, signal };
    if (kernel instanceof HazmatError) {
      const prepare = (): Promise<never> => Promise.reject(kernel);
      return runCell(plan, { ...cell, kernelVersion: '', vmlinux: undefined, prepare, skip: undefined });
    }
    const { version, vmlinux } = kernel;
    const has = (module: string): boolean => moduleState(kernel, module) !== 'absent';
    let done = (): Promise<void> => Promise.resolve();
    const prepare = async (): Promise<PreparedCell> => {
      const console = path.join(cell.folder, cellFiles.console);
      const held = await this.preparedAt(plan, kernel, { stage: 'processes', console });
      done = held.done;
      return held;
    };
    const features = await this.features(plan, kernel);
    const qemu = await this.qemu(kernel).catch(() => undefined);
    const skip = skipReason(
      plan.of,
      { version, has, features, qemuVersion: qemu?.version },
      await this.#routeEnvironment(kernel, plan.of.machine),
    );
    return runCell(plan, { ...cell, kernelVersion: version, vmlinux, prepare, skip }).finally(() => done());
  }

  /** Keeps the functions of a kernel whose execution is recorded. Without them no verdict is another one. */
  async #keepSymbols(kernel: Kernel, { accelerator }: BootPlan, fork: () => Promise<LiveGuest>): Promise<void> {
    const { coverage, signal } = this.#options;
    if (coverage === undefined || accelerator !== 'tcg') return;
    const title = `read the symbols of ${kernel.label}`;
    const task = { task: `symbols ${kernel.spec}`, kernel: kernel.spec, title };
    await this.#tasks.once(`symbols ${kernel.id}`, async () => {
      try {
        await this.#tasks.reported(task, ({ started }) => {
          started();
          return keepSymbols(kernel, coverage.folder, fork, signal);
        });
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof HazmatError)) throw error;
        this.#options.emit({ type: 'message', level: 'warning', text: `${title}: ${renderError(error)}` });
      }
    });
  }

  /** Features of kernels/features.yaml that a cell needs and its kernel has, although its version says otherwise. */
  features({ of, kernel: name }: CellPlan, kernel: Kernel): Promise<Set<string>> {
    const assumed = this.#options.variants?.find((variant) => variant.name === name)?.assume ?? [];
    return featuresBeyondVersion(of.features, kernel, assumed, kernel.sourceHas);
  }

  /** What a cell needs of a checkpoint. */
  prepared(checkpoint: Checkpoint, needs: GuestNeeds, mayConsume = false): PreparedCell {
    const { plan, facts, bootRecords } = checkpoint;
    const plugin = pluginFor(plan, needs, mayConsume);
    return {
      needs,
      accelerator: plan.accelerator,
      facts,
      modules: plan.modules,
      log: readLog(checkpoint),
      bootRecords,
      recording: (file) =>
        recordingAfter(
          checkpoint,
          file,
          needs.steps.some(({ kind }) => kind.key === 'reboot') ? 'steps with a reboot' : 'steps',
        ),
      fork: (consoleFile, signal, recording) =>
        this.checkpoints.fork({ ...checkpoint, plan: { ...plan, plugin } }, consoleFile, signal, recording),
    };
  }
}

function bootedTask(kernel: Kernel, machine: Machine): string {
  return `booted ${kernel.id} ${machine.name} ${kernel.append ?? ''} ${kernel.qemu ?? ''}`;
}

/** With a plugin every load takes longer, so a guest has it where it is needed. */
function pluginFor({ machine, plugin }: BootPlan, { steps }: GuestNeeds, mayConsume: boolean): string | undefined {
  const watches = mayConsume || steps.some(({ kind, args }) => kind.usesPlugin?.(args) === true);
  return machine.plugin !== undefined || watches ? plugin : undefined;
}
