// SPDX-License-Identifier: GPL-2.0-only
// Chooses KVM or TCG. A /dev/kvm that can be opened may still not run a kernel, so a guest is booted to find out.

import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readKept, writeKept } from '../host/kept-json.ts';
import { cacheRoot } from '../host/places.ts';
import { isLiving, ownLife, tagOf } from '../host/life.ts';
import { removeTree } from '../host/remove-tree.ts';
import type { Accelerator } from '../machine/argv.ts';
import { makeStateFiles, memoryFiles } from '../machine/state.ts';
import { guestPlan, type BootPlan } from './checkpoints.ts';
import { Guest } from './guest.ts';

const choiceSchema = z.object({
  accelerator: z.enum(['kvm', 'tcg']) satisfies z.ZodType<Accelerator>,
  /** For the user: `KVM boots a guest here`, `/dev/kvm cannot be opened`. */
  why: z.string(),
});

export type AcceleratorChoice = z.output<typeof choiceSchema>;

/** A choice holds for one boot of the host and one version of QEMU. */
const rememberedSchema = choiceSchema.extend({ host: z.string() });

/** A guest under KVM boots in two or three seconds. One that takes longer than this has failed. Milliseconds. */
const probeMs = 30_000;

/** What is known without booting a guest: HAZMAT_ACCEL, a missing /dev/kvm, or an earlier probe of this host. */
export function knownAccelerator(qemuVersion: string): AcceleratorChoice | undefined {
  // checkSettings (host/settings.ts) has refused any other at the start.
  const asked = choiceSchema.shape.accelerator.safeParse(process.env.HAZMAT_ACCEL);
  if (asked.success) return { accelerator: asked.data, why: 'HAZMAT_ACCEL says so' };
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch {
    return { accelerator: 'tcg', why: '/dev/kvm does not exist or cannot be opened' };
  }
  const known = readKept(memoryFile(), rememberedSchema);
  return known?.host === hostFacts(qemuVersion) ? { accelerator: known.accelerator, why: known.why } : undefined;
}

/**
 * Boots a guest under KVM up to the agent's hello. A failure is not thrown: it is the reason to choose TCG.
 * @throws AbortError when the signal is aborted.
 */
export async function probeKvm(plan: BootPlan, signal?: AbortSignal): Promise<AcceleratorChoice> {
  const folder = path.join(cacheRoot(), `kvm-probe-${ownLife(cacheRoot())}`);
  mkdirSync(folder, { recursive: true });
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), probeMs);
  const either = signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]);
  try {
    const files = memoryFiles(folder, plan.machine);
    await makeStateFiles(files, plan.machine);
    const guest = await Guest.boot(
      guestPlan({ ...plan, accelerator: 'kvm' }),
      files,
      path.join(folder, 'console'),
      either,
    );
    await guest.end();
    return { accelerator: 'kvm', why: 'KVM boots a guest here' };
  } catch (error) {
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    const why = limit.signal.aborted ? `no guest booted within ${probeMs / 1000} s` : reason;
    return { accelerator: 'tcg', why: `KVM does not boot a guest here: ${why.split('\n')[0] ?? ''}` };
  } finally {
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Keeps a choice for this host until it is rebooted or gets another QEMU. */
export function rememberAccelerator(choice: AcceleratorChoice, qemuVersion: string): void {
  const remembered: z.output<typeof rememberedSchema> = { ...choice, host: hostFacts(qemuVersion) };
  writeKept(memoryFile(), remembered);
}

function memoryFile(): string {
  return path.join(cacheRoot(), 'accelerator.json');
}

function hostFacts(qemuVersion: string): string {
  return `${qemuVersion} ${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`;
}

/** Removes what probes and --fresh runs of harnesses that were killed left in the cache. Returns a line for each. */
export function sweepWork(): string[] {
  if (!existsSync(cacheRoot())) return [];
  return readdirSync(cacheRoot())
    .filter((name) => /^(kvm-probe|fresh|import|export)-/.test(name) && !isLiving(cacheRoot(), tagOf(name)))
    .map((name) => path.join(cacheRoot(), name))
    .filter(removeTree)
    .map((place) => `removed ${place}`);
}
