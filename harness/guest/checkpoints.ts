// SPDX-License-Identifier: GPL-2.0-only
// The tree of saved guests: boot -> stack -> processes. Each is kept on disk, keyed by everything that went into it, shared by
// all harnesses of this machine, and bounded in size.

import { appendFileSync, copyFileSync, existsSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { firmwareTables } from '../firmware/firmware-tables.ts';
import { InfraError } from '../host/errors.ts';
import { contentKey } from '../host/key.ts';
import { cacheRoot, existingParent } from '../host/places.ts';
import { parseSize } from '../host/size.ts';
import { Cache } from '../host/cache.ts';
import { doorbellPort, kernelCommandLine, stateFacts, type Accelerator } from '../machine/argv.ts';
import type { Machine } from '../machine/machine.ts';
import { copyMemory, makeStateFiles, saveState, stateFiles } from '../machine/state.ts';
import { DeadlineExpired, GuestDied, SetupFailed } from './guest-errors.ts';
import { Guest, type GuestPlan } from './guest.ts';
import type { KernelRecord } from './live-guest.ts';
import type { GuestRequest } from './request.ts';
import { slowdownOf } from './slowdown.ts';

export interface BootPlan {
  machine: Machine;
  accelerator: Accelerator;
  kernel: { image: string; id: string };
  initrd: { path: string; id: string };
  /** Further words for the kernel's command line. */
  append: string;
  /** Modules that the guest loads before it is saved. */
  modules: string[];
  /** Guest-physical address of the firmware's window, for a machine that has one (machine/window.ts). */
  window: number | undefined;
  /** The poison plugin for its forks, for a machine that has it. */
  plugin?: string | undefined;
  /** What QEMU calls itself: a saved state is for one version. */
  qemuVersion: string;
}

export interface Checkpoint {
  key: string;
  folder: string;
  plan: BootPlan;
  /** How much slower than a guest under KVM this one is; every deadline is multiplied by it. At least 1. */
  slowdown: number;
  /** Answers to the facts that were asked when it was set up: name to value. */
  facts: Record<string, string>;
  /** How many records of its kernel log are of the boot; those after them came while the stack and the processes were set up. */
  bootRecords: number;
}

/** What of a checkpoint is kept in its checkpoint.json. */
type CheckpointMeta = Pick<Checkpoint, 'slowdown' | 'facts' | 'bootRecords'>;

/** A fact that is asked once, when a stage is set up: the output of a program in the guest, trimmed. */
export interface FactRequest {
  name: string;
  argv: string[];
}

export interface StageRequests {
  /** For progress and errors: `stack`, `processes`. */
  title: string;
  requests: GuestRequest[];
  facts: FactRequest[];
}

/** Limit of each request of a stage, in milliseconds before the slowdown. */
const requestMs = 20_000;

const pmemDriver = '/sys/bus/nd/drivers/nd_pmem';

/** Files of a checkpoint besides the state itself. */
const names = { meta: 'checkpoint.json', log: 'dmesg.jsonl', console: 'console.log' } as const;

/**
 * Bytes that saved guests may take: HAZMAT_CHECKPOINTS_MAX; by default 12G, or half of what they and the free space of their disk
 * are together if that is less.
 */
function checkpointsLimit(cache: Cache): number {
  const asked = parseSize(process.env.HAZMAT_CHECKPOINTS_MAX ?? '');
  if (asked !== undefined) return asked;
  const taken = cache.entries().reduce((sum, { bytes }) => sum + bytes, 0);
  const { bavail, bsize } = statfsSync(existingParent(cache.root));
  return Math.min(12 * 2 ** 30, (taken + bavail * bsize) / 2);
}

export class Checkpoints {
  readonly cache: Cache;
  /** How many cells of this run use a checkpoint now. */
  readonly #uses = new Map<string, number>();

  constructor(cache = new Cache(path.join(cacheRoot(), 'checkpoints'))) {
    this.cache = cache;
  }

  /** A guest that has booted and loaded its modules. @throws SetupFailed */
  async booted(plan: BootPlan, options: SetupOptions = {}): Promise<Checkpoint> {
    const key = bootKey(plan);
    return this.#ensure(key, plan, options, async (folder) => {
      const files = stateFiles(folder, plan.machine);
      await makeStateFiles(files, plan.machine);
      const consoleFile = path.join(folder, names.console);
      let guest: Guest | undefined;
      try {
        guest = await Guest.boot(guestPlan(plan), files, consoleFile, options.signal);
        const { failed } = await guest.request('modprobe', { modules: plan.modules }, within(requestMs * 20, options));
        // A kernel without a modules folder is believed to have everything built in: here it shows.
        const driver = await guest.request('run', { argv: ['test', '-d', pmemDriver] }, within(requestMs, options));
        if (driver.exit !== 0) {
          throw new InfraError('this kernel has no driver nd_pmem, neither built in nor as a module', {
            hint: 'If it has modules, say where they are: --kernel image:BZIMAGE,MODULES_DIR',
          });
        }
        const { microseconds } = await guest.request('calibrate', {}, within(requestMs * 10, options));
        const facts = Object.fromEntries(failed.map(({ module, error }) => [`module ${module}`, error]));
        await finish(guest, folder, { slowdown: slowdownOf(microseconds), facts });
      } catch (error) {
        options.signal?.throwIfAborted();
        throw setupFailed('boot', error, guest?.log ?? [], consoleFile, 1);
      } finally {
        await guest?.end();
      }
    });
  }

  /** A checkpoint that goes on from another, with all requests of a stage done. @throws SetupFailed */
  async extend(parent: Checkpoint, stage: StageRequests, options: SetupOptions = {}): Promise<Checkpoint> {
    if (stage.requests.length + stage.facts.length === 0) return parent;
    const key = extendKey(parent.key, stage);
    return this.#ensure(key, parent.plan, options, async (folder) => {
      const [from, to] = [stateFiles(parent.folder, parent.plan.machine), stateFiles(folder, parent.plan.machine)];
      await copyMemory(from, to);
      const consoleFile = path.join(folder, names.console);
      copyFileSync(path.join(parent.folder, names.console), consoleFile);
      const ancestors = readLog(parent);
      let guest: Guest | undefined;
      const limit = requestMs * parent.slowdown;
      try {
        guest = await Guest.restore(
          guestPlan(parent.plan),
          { memory: to, devices: from.devices, share: true },
          consoleFile,
          options.signal,
        );
        for (const request of stage.requests) {
          options.progress?.(request.why);
          await guest.perform(request, within(limit, options));
        }
        const facts = { ...parent.facts };
        for (const { name, argv } of stage.facts) {
          const { exit, stdout, stderr } = await guest.request('run', { argv }, within(limit, options));
          if (exit !== 0)
            throw new InfraError(`could not learn ${name}`, { hint: `${argv.join(' ')}: ${stderr.trim()}` });
          facts[name] = stdout.trim();
        }
        await finish(guest, folder, { slowdown: parent.slowdown, facts }, { log: ancestors, boot: parent.bootRecords });
      } catch (error) {
        options.signal?.throwIfAborted();
        throw setupFailed(stage.title, error, [...ancestors, ...(guest?.log ?? [])], consoleFile, parent.slowdown);
      } finally {
        await guest?.end();
      }
    });
  }

  /** A new guest, copy on write, that goes on from a checkpoint. Its console is written to `console`. */
  async fork(checkpoint: Checkpoint, console: string, signal?: AbortSignal): Promise<Guest> {
    const { devices, ...memory } = stateFiles(checkpoint.folder, checkpoint.plan.machine);
    return Guest.restore(guestPlan(checkpoint.plan), { memory, devices, share: false }, console, signal);
  }

  /** Keeps a checkpoint in the cache until `release`. False when it is gone or damaged and must be made again. */
  hold({ key }: Checkpoint): boolean {
    this.cache.hold(key);
    if (this.cache.find(key) === undefined) return false;
    this.#uses.set(key, (this.#uses.get(key) ?? 0) + 1);
    return true;
  }

  release({ key }: Checkpoint): void {
    const uses = (this.#uses.get(key) ?? 1) - 1;
    this.#uses.set(key, uses);
    if (uses === 0) this.cache.letGo(key);
  }

  /** Removes the least recently used ones beyond the limit; called between cells, since a run can make more than a disk holds. */
  bound(): void {
    this.cache.shrink(checkpointsLimit(this.cache));
  }

  /** As `bound`, at the end of a run, when this process holds nothing any more. */
  finish(): void {
    this.cache.release();
    this.bound();
  }

  async #ensure(
    key: string,
    plan: BootPlan,
    options: SetupOptions,
    make: (folder: string) => Promise<void>,
  ): Promise<Checkpoint> {
    // Another run may remove entries meanwhile. A booted guest is held until this run ends, any other until its cell releases it.
    this.cache.hold(key);
    const made = async (folder: string): Promise<void> => {
      options.started?.();
      await make(folder);
    };
    const folder = await this.cache.ensure(key, made, options.signal);
    const meta = JSON.parse(readFileSync(path.join(folder, names.meta), 'utf8')) as CheckpointMeta;
    return { key, folder, plan, ...meta };
  }
}

export interface SetupOptions {
  signal?: AbortSignal;
  /** Called when it is not in the cache and is being made. */
  started?: () => void;
  /** Called with what is being done. */
  progress?: (note: string) => void;
}

/** The kernel log of a checkpoint, from the guest's boot on. */
export function readLog(checkpoint: Checkpoint): KernelRecord[] {
  const file = path.join(checkpoint.folder, names.log);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as KernelRecord);
}

/** Key of a booted guest: QEMU, its command line, kernel, initramfs, modules. */
export function bootKey(plan: BootPlan): string {
  return contentKey({
    format: 2,
    qemu: plan.qemuVersion,
    argv: stateFacts(guestPlan(plan)),
    kernel: plan.kernel.id,
    initrd: plan.initrd.id,
    modules: plan.modules,
  });
}

/** Key of a checkpoint that goes on from another. */
export function extendKey(parent: string, stage: StageRequests): string {
  return contentKey({ parent, requests: stage.requests.map(({ op, args }) => ({ op, args })), facts: stage.facts });
}

/** What of a boot plan QEMU is started with. */
export function guestPlan(plan: BootPlan): GuestPlan {
  return {
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
    append: plan.append === '' ? kernelCommandLine : `${kernelCommandLine} ${plan.append}`,
  };
}

function within(withinMs: number, { signal }: SetupOptions): { withinMs: number; signal?: AbortSignal } {
  return signal === undefined ? { withinMs } : { withinMs, signal };
}

async function finish(
  guest: Guest,
  folder: string,
  meta: Pick<Checkpoint, 'slowdown' | 'facts'>,
  before?: { log: readonly KernelRecord[]; boot: number },
): Promise<void> {
  await guest.request('ping', {}, { withinMs: 60_000 });
  await saveState(guest.qemu, path.join(folder, 'devices'));
  const log = [...(before?.log ?? []), ...guest.log];
  appendFileSync(path.join(folder, names.log), log.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const kept: CheckpointMeta = { ...meta, bootRecords: before?.boot ?? log.length };
  writeFileSync(path.join(folder, names.meta), `${JSON.stringify(kept)}\n`);
}

function setupFailed(
  title: string,
  cause: unknown,
  log: readonly KernelRecord[],
  consoleFile: string,
  slowdown: number,
): unknown {
  // A full disk and the like are not caused by the guest.
  if (!(cause instanceof GuestDied || cause instanceof DeadlineExpired || cause instanceof InfraError)) return cause;
  const consoleText = existsSync(consoleFile) ? readFileSync(consoleFile, 'utf8') : '';
  return new SetupFailed(title, cause, log, consoleText, slowdown);
}
