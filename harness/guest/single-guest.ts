// SPDX-License-Identifier: GPL-2.0-only
// A guest that cannot be saved (machine.ts:whyNotSaved): it boots and is set up for one cell, whose steps then run in it, not in a fork.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InfraError } from '../host/errors.ts';
import { makeStateFiles, memoryFiles } from '../machine/state.ts';
import { whilePaused } from '../machine/pause.ts';
import { guestPlan, recordingOfBoot, type BootPlan } from './checkpoints.ts';
import { Guest } from './guest.ts';
import type { KernelRecord, LiveGuest } from './live-guest.ts';
import type { Recorder } from './recorder.ts';
import { explainHang, loadModules, performStage, requestMs, setupFailed, type SetupOptions } from './set-up.ts';
import { measureSlowdown } from './slowdown.ts';
import type { StageRequests } from './stage.ts';
import { requireWorthSaving } from './worth-saving.ts';

interface SingleGuest {
  /** Its log begins when it was set up. */
  guest: Guest;
  /** Answers to the facts that were asked when it was set up: name to value. */
  facts: Record<string, string>;
  /** The kernel log until then. */
  log: KernelRecord[];
  /** How many records of it are of the boot. */
  bootRecords: number;
  /** What records what it executes; undefined where nothing is recorded. */
  recorder: Recorder | undefined;
}

interface SingleGuestPlan {
  boot: BootPlan;
  /** What is set up after the boot, in order. */
  stages: readonly StageRequests[];
  /** Gets the files of its memory; whoever removes it ends the guest first. */
  folder: string;
  /** Gets what the serial console prints. */
  console: string;
}

/** Boots a guest and sets it up. @throws SetupFailed, InfraError */
export async function setUpSingle(
  { boot, stages, folder, console }: SingleGuestPlan,
  options: SetupOptions,
): Promise<SingleGuest> {
  options.started?.();
  mkdirSync(folder, { recursive: true });
  const files = memoryFiles(folder, boot.machine);
  await makeStateFiles(files, boot.machine);
  // An earlier try may have printed to it, too.
  mkdirSync(path.dirname(console), { recursive: true });
  writeFileSync(console, '');
  const recorder = recordingOfBoot(boot, folder);
  let guest: Guest | undefined;
  let [title, what, slowdown, bootRecords] = ['boot', '', 1, 0];
  try {
    guest = await Guest.boot(guestPlan(boot), files, console, options.signal, recorder);
    const facts = await loadModules(guest, boot.modules, options);
    bootRecords = guest.log.length;
    await recorder?.locate(guest);
    const { qemu } = guest;
    if (recorder?.pausesGuest === true) await whilePaused(qemu, () => recorder.arm(qemu));
    recorder?.startPhase('setup');
    slowdown = (await measureSlowdown(guest, options.signal)) * (recorder?.slowdown ?? 1);
    for (const stage of stages) {
      title = stage.title;
      const doing = (request: string): void => {
        what = request;
      };
      Object.assign(facts, await performStage(guest, stage, requestMs * slowdown, options, doing));
    }
    await requireWorthSaving(guest, boot.tscKhz, 'booted');
    recorder?.startPhase('start');
    const log = guest.log.slice();
    guest.log.clear();
    guest.signals.clear();
    return { guest, facts, log, bootRecords, recorder };
  } catch (error) {
    try {
      options.signal?.throwIfAborted();
      const failed = setupFailed(title, error, guest, console, {
        accelerator: boot.accelerator,
        bootRecords: title === 'boot' ? 0 : bootRecords,
      });
      if (title !== 'boot') await explainHang(failed, guest, `${title}: ${what}`, slowdown, options, noSibling);
      throw failed;
    } finally {
      await guest?.end();
    }
  }
}

/** Each boot has its kernel at another address. */
export function noSibling(): Promise<LiveGuest> {
  return Promise.reject(new InfraError('there is no other guest that has its kernel at the same address'));
}
