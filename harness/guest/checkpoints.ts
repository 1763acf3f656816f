// SPDX-License-Identifier: GPL-2.0-only
// The tree of saved guests: boot -> stack -> processes. Each is kept on disk, keyed by everything that went into it, shared by
// all harnesses of this machine, and bounded in size. Only a booted guest has its RAM as a file, only the first stage after it its
// NVDIMMs (packed: guest-memory.ts); any other has the pages that differ from what it goes on from: the chain of checkpoints back to
// the boot.

import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { firmwareTables } from '../firmware/firmware-tables.ts';
import { InfraError } from '../host/errors.ts';
import { readJsonFileIfWhole } from '../host/json-file.ts';
import { contentKey } from '../host/key.ts';
import { cacheRoot, existingParent } from '../host/places.ts';
import { parseSize } from '../host/size.ts';
import { Cache, shareOf } from '../host/cache.ts';
import { commandLine, doorbellPort, stateFacts, type Accelerator } from '../machine/argv.ts';
import { readExecuted, writeExecuted } from '../kernel/executed/executed-file.ts';
import type { SeriesLines } from '../kernel/lines/series-lines.ts';
import { saveCxl } from '../machine/cxl-state.ts';
import { requireSavable, type Machine } from '../machine/machine.ts';
import {
  cxlStateFile,
  makeSparse,
  makeStateFiles,
  memoryFiles,
  saveFork,
  saveState,
  streamFile,
  type MemoryFiles,
  type StateFiles,
} from '../machine/state.ts';
import { BreakpointRecording, isBreakable } from './breakpoint-recording.ts';
import { CheckpointLost } from './checkpoint-lost.ts';
import { SetupFailed } from './guest-errors.ts';
import { Guest, type GuestPlan } from './guest.ts';
import { GuestMemory, newMemory } from './guest-memory.ts';
import type { QemuProgram } from '../machine/qemu-program.ts';
import { modulesAmong, writeFiles, type GuestFile } from './image/replaced-modules.ts';
import { KernelRecording } from './kernel-recording.ts';
import type { LiveGuest } from './live-guest.ts';
import { kernelRecordSchema, type KernelRecord } from './protocol.ts';
import { executedSchema, type Executed, type Recorded, type Recorder, type RecorderName } from './recorder.ts';
import { Recording } from './recording.ts';
import type { GuestRequest } from './request.ts';
import { explainHang, loadModules, performStage, requestMs, setupFailed, within, type SetupOptions } from './set-up.ts';
import type { StageRequests } from './stage.ts';
import { measureSlowdown } from './slowdown.ts';
import { requireWorthSaving } from './worth-saving.ts';

export interface BootPlan {
  machine: Machine;
  accelerator: Accelerator;
  kernel: { image: string; id: string };
  initrd: { path: string; id: string };
  /** Further words for the kernel's command line. */
  append: string;
  /** Modules that the guest loads before it is saved. */
  modules: string[];
  /**
   * A kernel with the same image whose boot this one can go on from, up to the moment before its other modules are loaded: its
   * initramfs, the files in which the other's differs, and those of the modules that are the same.
   */
  bootOf?:
    | {
        label: string;
        kernelId: string;
        initrd: { path: string; id: string };
        replaced: readonly GuestFile[];
        same: readonly string[];
      }
    | undefined;
  /** Guest-physical address of the firmware's window, for a machine that has one (machine/window.ts). */
  window: number | undefined;
  /** The poison plugin for its forks, for a machine that has it. */
  plugin?: string | undefined;
  /** The frequency of the guest's TSC, for an accelerator with which the guest would have to calibrate it. */
  tscKhz?: number | undefined;
  /** The lines of a series whose execution is recorded. */
  lines?: SeriesLines | undefined;
  /** How, unless `coverage` records all. */
  recorder?: RecorderName | undefined;
  /** All that the kernel executes is recorded, under TCG: a checkpoint of such a guest is another one. */
  coverage?: boolean | undefined;
  /** A saved state is for one version. */
  qemu: QemuProgram;
}

export interface Checkpoint {
  key: string;
  folder: string;
  plan: BootPlan;
  /** What it is restored from; partly of its chain. */
  files: StateFiles;
  /** Differs each time that a checkpoint is made, even if its key is the same: no guest boots twice alike. */
  id: string;
  /** The checkpoints that it goes on from, the boot first; none for a boot. */
  chain: CheckpointMeta['chain'];
  /** Answers to the facts that were asked when it was set up: name to value. */
  facts: Record<string, string>;
  /** Which lines of a series it has executed; undefined for a kernel without one. */
  executed?: Executed | undefined;
  /** How many records of its kernel log are of the boot; those after them came while the stack and the processes were set up. */
  bootRecords: number;
}

const linkSchema = z.strictObject({ key: z.string(), id: z.string() });

/** What of a checkpoint is kept in its checkpoint.json. */
const metaSchema = z.strictObject({
  id: z.string(),
  facts: z.record(z.string(), z.string()),
  bootRecords: z.int(),
  chain: z.array(linkSchema),
  executed: executedSchema.optional(),
});

type CheckpointMeta = z.output<typeof metaSchema>;

/** Bytes of a guest's memory. One that has more keeps what its kernel has freed: to fill all of it takes longer than it saves. */
const mostZeroed = 2 ** 30;

/** Files of a checkpoint besides the state itself. */
const names = {
  meta: 'checkpoint.json',
  log: 'dmesg.jsonl',
  console: 'console.log',
  record: 'executed.log',
  executed: 'executed.json.gz',
} as const;

/**
 * Bytes that saved guests may take: HAZMAT_CHECKPOINTS_MAX; by default 20G, or half of what they and the free space of their disk
 * are together if that is less.
 */
function checkpointsLimit(root: string, taken: number): number {
  const asked = parseSize(process.env.HAZMAT_CHECKPOINTS_MAX ?? '');
  if (asked !== undefined) return asked;
  const { bavail, bsize } = statfsSync(existingParent(root));
  return Math.min(20 * 2 ** 30, (taken + bavail * bsize) / 2);
}

/**
 * Whether this process has made checkpoints, ever and since they were bounded last. To bound them reads every folder of the cache, which
 * takes a second; those that cells hold can be removed only later.
 */
const growth = { sinceBound: false, ever: false };

/** Of the bytes that saved guests may take, the part that is at least for what is unpacked: 4 GB of 20, one kernel's library has 2.4. */
const unpackedPart = 1 / 5;

/** How many cells of this process use an entry of a cache now, by its path. */
const uses = new Map<string, number>();

function use(cache: Cache, key: string): void {
  const place = path.join(cache.root, key);
  uses.set(place, (uses.get(place) ?? 0) + 1);
}

/** The last one lets go of it. */
function endUse(cache: Cache, key: string): void {
  const place = path.join(cache.root, key);
  const left = (uses.get(place) ?? 1) - 1;
  if (left > 0) {
    uses.set(place, left);
    return;
  }
  uses.delete(place);
  cache.letGo(key);
}

export class Checkpoints {
  readonly cache: Cache;
  readonly memory: GuestMemory;

  /** @param root folder of the caches of checkpoints and of their memory */
  constructor(root = cacheRoot()) {
    this.cache = new Cache(path.join(root, 'checkpoints'));
    this.memory = new GuestMemory(path.join(root, 'guest-memory'));
  }

  /** A guest that has booted and loaded its modules. @throws SetupFailed */
  async booted(plan: BootPlan, options: SetupOptions = {}): Promise<Checkpoint> {
    requireSavable(plan.machine);
    const { bootOf } = plan;
    return this.#ensure(bootKey(plan), plan, options, async (folder) => {
      if (bootOf === undefined) return this.#boot(plan, folder, options);
      options.progress?.(`going on from the boot of ${bootOf.label}`);
      const early = await this.#early(plan, bootOf, options);
      await this.#holding(early, options, async () => {
        const loaded = await this.#withModules(early, bootOf.same, options);
        await this.#holding(loaded, options, () => this.#goOn(loaded, plan, bootOf.replaced, folder, options));
      });
    });
  }

  /** Keeps a checkpoint in the cache while something is made of it. @throws CheckpointLost */
  async #holding(checkpoint: Checkpoint, { signal }: SetupOptions, make: () => Promise<void>): Promise<void> {
    try {
      if (!(await this.hold(checkpoint, signal))) throw new CheckpointLost(checkpoint.key);
      await make();
    } finally {
      this.release(checkpoint);
    }
  }

  /** A guest that has booted with the modules of another kernel, and loaded none but those of its channel. */
  #early(
    plan: BootPlan,
    { kernelId, initrd }: NonNullable<BootPlan['bootOf']>,
    options: SetupOptions,
  ): Promise<Checkpoint> {
    const early = {
      ...plan,
      kernel: { ...plan.kernel, id: kernelId },
      initrd,
      modules: [],
      bootOf: undefined,
      lines: undefined,
      coverage: false,
    };
    return this.#ensure(bootKey(early), early, options, (folder) =>
      this.#boot(early, folder, options, 'without modules'),
    );
  }

  /** The same with modules loaded. Where that fails it is without them: the boot that goes on loads them, too, and shows why. */
  async #withModules(early: Checkpoint, same: readonly string[], options: SetupOptions): Promise<Checkpoint> {
    if (same.length === 0) return early;
    const { askWhy: _, ...withoutWhy } = options;
    const load: GuestRequest = { op: 'modprobe', args: { modules: [...same] }, why: 'load modules' };
    try {
      return await this.extend(early, { title: 'modules', requests: [load], facts: [] }, withoutWhy);
    } catch (error) {
      if (error instanceof SetupFailed) return early;
      throw error;
    }
  }

  async #boot(
    plan: BootPlan,
    folder: string,
    options: SetupOptions,
    modules: 'with modules' | 'without modules' = 'with modules',
  ): Promise<void> {
    const files = memoryFiles(newMemory(folder), plan.machine);
    await makeStateFiles(files, plan.machine);
    const consoleFile = path.join(folder, names.console);
    const recording = recordingOfBoot(plan, folder);
    let guest: Guest | undefined;
    try {
      guest = await Guest.boot(guestPlan(plan), files, consoleFile, options.signal, recording);
      const facts = modules === 'without modules' ? {} : await loadModules(guest, plan.modules, options);
      const { memory } = plan.machine;
      if (memory <= mostZeroed) await guest.request('zero-free', { most: memory }, within(requestMs * 20, options));
      await recording?.locate(guest);
      await requireWorthSaving(guest, plan.tscKhz, 'booted');
      await saveCxl(guest.qemu, plan.machine, cxlStateFile(folder, plan.machine));
      await saveState(guest.qemu, streamFile(folder));
      await guest.end();
      await makeSparse(files.ram);
      writeRecords(folder, { facts, chain: [] }, guest.log.slice(), await recording?.recorded());
    } catch (error) {
      options.signal?.throwIfAborted();
      throw setupFailed('boot', error, guest, consoleFile, plan);
    } finally {
      await guest?.end();
    }
  }

  /** Makes a booted guest of one that has loaded none of the modules that are replaced. It has all its memory as files, too. */
  async #goOn(
    early: Checkpoint,
    plan: BootPlan,
    replaced: readonly GuestFile[],
    folder: string,
    options: SetupOptions,
  ): Promise<void> {
    const consoleFile = path.join(folder, names.console);
    copyFileSync(path.join(early.folder, names.console), consoleFile);
    const ancestors = readLog(early);
    const files = this.#seals(early);
    const recording = recordingOfBoot(plan, folder);
    let guest: Guest | undefined;
    try {
      const restored = { ...guestPlan(plan), plugin: undefined };
      guest = await this.#restore(early, restored, consoleFile, options.signal, recording);
      await requireUnloaded(guest, modulesAmong(replaced), options);
      const { exit, stderr } = await writeFiles(guest, replaced, within(requestMs * 20, options));
      if (exit !== 0) throw new InfraError('the replaced modules could not be written', { hint: stderr.trim() });
      const facts = await loadModules(guest, plan.modules, options);
      await recording?.locate(guest);
      await requireWorthSaving(guest, plan.tscKhz, 'booted');
      await saveCxl(guest.qemu, plan.machine, cxlStateFile(folder, plan.machine));
      const whole = memoryFiles(newMemory(folder), plan.machine);
      await saveFork(guest.qemu, {
        ...{ from: early.files, stream: streamFile(folder), whole },
        qemuVersion: plan.qemu.version,
      });
      if (!this.#hasStill(early, files)) throw new CheckpointLost(early.key);
      await guest.end();
      writeRecords(folder, { facts, chain: [] }, [...ancestors, ...guest.log], await recording?.recorded());
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!this.#hasStill(early, files)) throw new CheckpointLost(early.key, error);
      throw setupFailed('boot', error, guest, consoleFile, { accelerator: plan.accelerator, ancestors });
    } finally {
      await guest?.end();
    }
  }

  /** A checkpoint that goes on from another, with all requests of a stage done. @throws SetupFailed */
  async extend(parent: Checkpoint, stage: StageRequests, options: SetupOptions = {}): Promise<Checkpoint> {
    if (stage.requests.length + stage.facts.length === 0) return parent;
    const key = extendKey(parent.key, stage);
    return this.#ensure(key, parent.plan, options, async (folder) => {
      const consoleFile = path.join(folder, names.console);
      copyFileSync(path.join(parent.folder, names.console), consoleFile);
      const ancestors = readLog(parent);
      const files = this.#seals(parent);
      let guest: Guest | undefined;
      let slowdown = 1;
      let what = 'measure the slowdown';
      const recording = recordingAfter(parent, path.join(folder, names.record), 'setup');
      const plan = { ...guestPlan(parent.plan), plugin: undefined };
      try {
        guest = await this.#restore(parent, plan, consoleFile, options.signal, recording);
        slowdown = (await measureSlowdown(guest, options.signal)) * (recording?.slowdown ?? 1);
        const doing = (request: string): void => {
          what = request;
        };
        const learned = await performStage(guest, stage, requestMs * slowdown, options, doing);
        const facts = { ...parent.facts, ...learned };
        await recording?.settle(guest);
        await requireWorthSaving(guest, parent.plan.tscKhz, 'restored');
        const chain = [...parent.chain, { key: parent.key, id: parent.id }];
        const { nvdimms, cxl } = memoryFiles(newMemory(folder), parent.plan.machine);
        await saveCxl(guest.qemu, parent.plan.machine, cxlStateFile(folder, parent.plan.machine));
        await saveFork(guest.qemu, {
          from: parent.files,
          stream: streamFile(folder),
          whole: chain.length === nvdimmsAt ? { nvdimms, cxl } : { cxl },
          qemuVersion: parent.plan.qemu.version,
        });
        // What was saved are differences from the parent.
        if (!this.#hasStill(parent, files)) throw new CheckpointLost(parent.key);
        await guest.end();
        const log = [...ancestors, ...guest.log];
        writeRecords(folder, { facts, chain }, log, await recording?.recorded(), parent.bootRecords);
      } catch (error) {
        options.signal?.throwIfAborted();
        if (!this.#hasStill(parent, files)) throw new CheckpointLost(parent.key, error);
        const { bootRecords } = parent;
        const { accelerator } = plan;
        const failed = setupFailed(stage.title, error, guest, consoleFile, { accelerator, ancestors, bootRecords });
        const sibling = (): Promise<LiveGuest> => this.#restore(parent, plan, '/dev/null', options.signal);
        await explainHang(failed, guest, `${stage.title}: ${what}`, slowdown, options, sibling);
        throw failed;
      } finally {
        await guest?.end();
      }
    });
  }

  /**
   * A new guest, copy on write, that goes on from a checkpoint. Its console is written to `console`; what it executes of a series is
   * recorded in `recording` (recordingAfter).
   * @throws CheckpointLost when the checkpoint must be made again, GuestDied, InfraError
   */
  async fork(checkpoint: Checkpoint, console: string, signal?: AbortSignal, recording?: Recorder): Promise<Guest> {
    return this.#restore(checkpoint, guestPlan(checkpoint.plan), console, signal, recording);
  }

  async #restore(
    checkpoint: Checkpoint,
    plan: GuestPlan,
    console: string,
    signal?: AbortSignal,
    recording?: Recorder,
  ): Promise<Guest> {
    const files = this.#seals(checkpoint);
    let guest: Guest;
    try {
      guest = await Guest.restore(plan, checkpoint.files, console, signal, recording);
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#hasStill(checkpoint, files) ? error : new CheckpointLost(checkpoint.key, error);
    }
    // Looked at after QEMU has opened the files: an id never comes back, and what was unpacked again has another seal.
    if (this.#hasStill(checkpoint, files)) return guest;
    await guest.end();
    throw new CheckpointLost(checkpoint.key);
  }

  /** Whether a checkpoint and its chain are still those that were made, undamaged as far as `glance` sees (manifest.ts), and unpacked. */
  isWhole({ key, id, chain }: Checkpoint): boolean {
    const links = [...chain, { key, id }];
    return this.#hasAll(links) && links.every((link) => this.memory.isReady(this.#folderOf(link.key), link.id));
  }

  /** Tells the unpacked memory of a checkpoint from what is unpacked in its place when it is found to be damaged. */
  #seals({ chain, id }: Checkpoint): string {
    return [...chain.map((link) => link.id), id].map((each) => this.memory.sealOf(each)).join();
  }

  /** Whether a checkpoint is whole, with the memory that it had when `#seals` was asked. */
  #hasStill(checkpoint: Checkpoint, seals: string): boolean {
    return this.isWhole(checkpoint) && this.#seals(checkpoint) === seals;
  }

  /**
   * Keeps a checkpoint in the cache until `release`, to be called in any case. What was removed of its unpacked memory is unpacked again.
   * False when it, or one that it goes on from, is lost and must be made again.
   * @throws CheckpointLost when its packed memory is damaged
   */
  async hold(checkpoint: Checkpoint, signal?: AbortSignal): Promise<boolean> {
    const { key, id, chain } = checkpoint;
    use(this.cache, key);
    use(this.memory.cache, id);
    await this.cache.hold(key, signal);
    if (!this.#hasAll([...chain, { key, id }])) return false;
    await this.#unpack(key, id, signal);
    return this.isWhole(checkpoint);
  }

  release({ key, id }: Checkpoint): void {
    endUse(this.cache, key);
    endUse(this.memory.cache, id);
  }

  /**
   * Removes the least recently used ones beyond the limit; called between cells, since a run can make more than a disk holds. Unpacked memory
   * may take what packed checkpoints leave, and these what is left of memory that is held.
   */
  bound(): void {
    if (!growth.sinceBound) return;
    growth.sinceBound = false;
    const packed = this.cache.entries();
    const unpacked = this.memory.cache.entries();
    const limit = checkpointsLimit(this.cache.root, shareOf(packed) + shareOf(unpacked));
    const removed = this.memory.cache.shrink(Math.max(limit * unpackedPart, limit - shareOf(packed)), unpacked);
    this.cache.shrink(limit - shareOf(unpacked) + shareOf(removed), packed);
  }

  /** As `bound`, at the end of a run, when this process holds nothing any more. */
  finish(): void {
    this.cache.release();
    this.memory.cache.release();
    growth.sinceBound ||= growth.ever;
    this.bound();
  }

  async #ensure(
    key: string,
    plan: BootPlan,
    options: SetupOptions,
    make: (folder: string) => Promise<void>,
  ): Promise<Checkpoint> {
    // Another run may remove entries meanwhile. It is held until the last cell that uses it releases it, or this run ends.
    await this.cache.hold(key, options.signal);
    let packed: string | undefined;
    const made = async (folder: string): Promise<void> => {
      options.started?.();
      await make(folder);
      const id = this.#meta(folder)?.id;
      if (id === undefined) throw new Error('a checkpoint was made without its records');
      await this.memory.pack(folder, id);
      packed = id;
      grown();
    };
    // If one of its chain was made again, what differed from the old one says nothing of the new one.
    const isUsable = (folder: string): boolean => {
      const meta = this.#meta(folder);
      return meta !== undefined && this.#hasAll(meta.chain);
    };
    const folder = await this.cache.ensure(key, made, options.signal, isUsable).catch((error: unknown) => {
      if (packed !== undefined) this.memory.cache.remove(packed);
      throw error;
    });
    const meta = this.#meta(folder);
    if (meta === undefined || !this.#hasAll(meta.chain)) throw new CheckpointLost(key);
    await this.#unpack(key, meta.id, options.signal);
    return { key, folder, plan, files: this.#files(key, plan, meta), ...meta };
  }

  /** @throws CheckpointLost when what is packed is damaged: then the checkpoint is removed */
  async #unpack(key: string, id: string, signal?: AbortSignal): Promise<void> {
    await this.memory.cache.hold(id, signal);
    try {
      if (await this.memory.unpack(this.#folderOf(key), id, signal)) grown();
    } catch (error) {
      signal?.throwIfAborted();
      throw (await this.cache.verify(key, signal)) ? error : new CheckpointLost(key, error);
    }
  }

  /** To look at a chain marks all of it as used, the boot last, so none of it is removed before what goes on from it. */
  #hasAll(chain: CheckpointMeta['chain']): boolean {
    return chain.toReversed().every(({ key, id }) => {
      const folder = this.cache.find(key);
      return folder !== undefined && this.#meta(folder)?.id === id;
    });
  }

  #meta(folder: string): CheckpointMeta | undefined {
    return readJsonFileIfWhole(path.join(folder, names.meta), metaSchema);
  }

  #files(key: string, { machine }: BootPlan, { chain, id }: CheckpointMeta): StateFiles {
    const links = [...chain, { key, id }];
    const of = (index: number): MemoryFiles =>
      memoryFiles(this.memory.folderOf(links[Math.min(index, links.length - 1)]?.id ?? ''), machine);
    return {
      ...of(0),
      nvdimms: of(nvdimmsAt).nvdimms,
      cxl: of(links.length - 1).cxl,
      streams: links.map((link) => streamFile(this.#folderOf(link.key))),
      cxlState: cxlStateFile(this.#folderOf(key), machine),
    };
  }

  #folderOf(key: string): string {
    return path.join(this.cache.root, key);
  }
}

function grown(): void {
  Object.assign(growth, { sinceBound: true, ever: true });
}

/**
 * Where in a chain the NVDIMMs are files: the first checkpoint after the boot makes the namespaces, whose struct pages alone are 1.6 % of
 * an NVDIMM.
 */
const nvdimmsAt = 1;

/** The kernel log of a checkpoint, from the guest's boot on. */
export function readLog(checkpoint: Checkpoint): KernelRecord[] {
  const file = path.join(checkpoint.folder, names.log);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => recordOf(line, checkpoint));
}

function recordOf(line: string, { key }: Checkpoint): KernelRecord {
  try {
    return kernelRecordSchema.parse(JSON.parse(line));
  } catch (error) {
    throw new CheckpointLost(key, error);
  }
}

/** Key of a booted guest: QEMU, its command line, kernel, initramfs, modules. */
export function bootKey(plan: BootPlan): string {
  return contentKey({
    format: 7,
    qemu: plan.qemu.version,
    argv: stateFacts(guestPlan(plan)),
    kernel: plan.kernel.id,
    initrd: plan.initrd.id,
    modules: plan.modules,
    ...(plan.coverage === true ? { coverage: 1 } : {}),
    ...(recordsByBreakpoints(plan) ? { recorder: plan.recorder } : {}),
  });
}

/** Such a checkpoint does not know what its boot has executed. */
function recordsByBreakpoints({ lines, coverage, recorder }: BootPlan): boolean {
  return recorder === 'breakpoints' && coverage !== true && lines !== undefined && isBreakable(lines);
}

/** Key of a checkpoint that goes on from another. */
export function extendKey(parent: string, stage: StageRequests): string {
  return contentKey({ parent, requests: stage.requests.map(({ op, args }) => ({ op, args })), facts: stage.facts });
}

/** What of a boot plan QEMU is started with. */
export function guestPlan(plan: BootPlan): GuestPlan {
  return {
    qemu: plan.qemu.argv,
    machine: plan.machine,
    accelerator: plan.accelerator,
    window: plan.window,
    plugin: plan.plugin,
    tables: firmwareTables(
      plan.machine.firmware,
      plan.window === undefined ? undefined : { window: plan.window, port: doorbellPort },
    ),
    kernel: plan.kernel.image,
    initrd: plan.initrd.path,
    append: commandLine(plan.machine, plan.append, plan.tscKhz),
  };
}

/** A module that is to be replaced must not be in the kernel: that would test another kernel. @throws InfraError */
async function requireUnloaded(guest: Guest, modules: readonly string[], options: SetupOptions): Promise<void> {
  const { data } = await guest.request('read', { path: '/proc/modules' }, within(requestMs, options));
  const loaded = new Set(data.split('\n').map((line) => line.split(' ')[0]));
  const wrong = modules.filter((name) => loaded.has(name));
  if (wrong.length > 0)
    throw new InfraError(`the stock kernel's ${wrong.join(', ')} was loaded before it was replaced`);
}

/** Undefined where nothing is recorded: no series and no --coverage, or not with this accelerator. */
export function recordingOfBoot(plan: BootPlan, folder: string): Recorder | undefined {
  const { lines, accelerator } = plan;
  const file = path.join(folder, names.record);
  if (accelerator === 'tcg' && plan.coverage === true) return KernelRecording.ofBoot(lines, file);
  if (lines === undefined) return undefined;
  if (plan.recorder === 'breakpoints') return isBreakable(lines) ? BreakpointRecording.ofBoot(lines) : undefined;
  return accelerator === 'tcg' ? Recording.ofBoot(lines, file) : undefined;
}

/**
 * What a guest executes that goes on from a checkpoint: a further stage of its `setup`, or the `steps` of a cell; undefined where nothing
 * is recorded.
 */
export function recordingAfter(
  { plan, executed, folder }: Checkpoint,
  file: string,
  what: 'setup' | 'steps' | 'steps with a reboot',
): Recorder | undefined {
  if (plan.accelerator === 'tcg' && plan.coverage === true) {
    const kernel = readExecuted(path.join(folder, names.executed));
    const phase = what === 'setup' ? 'setup' : 'start';
    return kernel === undefined ? undefined : KernelRecording.after(plan.lines, kernel, file, phase);
  }
  if (plan.lines === undefined || executed === undefined) return undefined;
  if (plan.recorder === 'breakpoints')
    return isBreakable(plan.lines) ? BreakpointRecording.after(plan.lines, executed) : undefined;
  return Recording.after(plan.lines, executed, file, what === 'steps with a reboot');
}

function writeRecords(
  folder: string,
  meta: Pick<CheckpointMeta, 'facts' | 'chain'>,
  log: readonly KernelRecord[],
  { lines, kernel }: Recorded = {},
  bootRecords = log.length,
): void {
  writeFileSync(path.join(folder, names.log), log.map((record) => `${JSON.stringify(record)}\n`).join(''));
  if (kernel !== undefined) writeExecuted(path.join(folder, names.executed), kernel);
  const more = lines === undefined ? {} : { executed: lines };
  const kept: CheckpointMeta = { ...meta, ...more, id: randomUUID(), bootRecords };
  writeFileSync(path.join(folder, names.meta), `${JSON.stringify(kept)}\n`);
}
