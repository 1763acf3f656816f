// SPDX-License-Identifier: GPL-2.0-only
// KVM or TCG? Not asked of /dev/kvm, which may be there and not run a kernel, but by booting one.

import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { cacheRoot } from '../host/places.ts';
import { UsageError } from '../host/errors.ts';
import { isAlive, ownerOfTag, ownerTag, ownOwner } from '../host/owner.ts';
import type { Accelerator } from '../machine/argv.ts';
import { makeStateFiles, stateFiles } from '../machine/state.ts';
import { guestPlan, type BootPlan } from './checkpoints.ts';
import { Guest } from './guest.ts';

export interface AcceleratorChoice {
  accelerator: Accelerator;
  /** For a person: `KVM boots a guest here`, `/dev/kvm cannot be opened`. */
  why: string;
}

/** A guest under KVM is up in two or three seconds, and in this time at the latest. Milliseconds. */
const probeMs = 30_000;

/** What is known without booting anything: an order (HAZMAT_ACCEL), no device, or an earlier probe of this host. */
export function knownAccelerator(qemuVersion: string): AcceleratorChoice | undefined {
  const order = process.env.HAZMAT_ACCEL;
  if (order !== undefined && order !== '') {
    if (order === 'kvm' || order === 'tcg') return { accelerator: order, why: 'HAZMAT_ACCEL says so' };
    throw new UsageError(`HAZMAT_ACCEL is \`${order}\`; it can be kvm or tcg`);
  }
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch {
    return { accelerator: 'tcg', why: '/dev/kvm is not there or may not be opened' };
  }
  try {
    const known = JSON.parse(readFileSync(memoryFile(), 'utf8')) as AcceleratorChoice & { host: string };
    if (known.host === hostFacts(qemuVersion)) return known;
  } catch {
    // never probed
  }
  return undefined;
}

/** Boots a guest under KVM up to the agent's hello. `why` tells what stopped it. */
export async function probeKvm(plan: BootPlan, signal?: AbortSignal): Promise<AcceleratorChoice> {
  const folder = path.join(cacheRoot(), `kvm-probe-${ownerTag(ownOwner())}`);
  mkdirSync(folder, { recursive: true });
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), probeMs);
  const either = signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]);
  try {
    const files = stateFiles(folder, plan.machine);
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
    const why = limit.signal.aborted ? `no guest came up in ${probeMs / 1000} s` : (error as Error).message;
    return { accelerator: 'tcg', why: `KVM does not boot a guest here: ${why.split('\n')[0] ?? ''}` };
  } finally {
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Keeps a choice for this host until it is rebooted or gets another QEMU. */
export function rememberAccelerator(choice: AcceleratorChoice, qemuVersion: string): void {
  writeFileSync(memoryFile(), `${JSON.stringify({ ...choice, host: hostFacts(qemuVersion) })}\n`);
}

function memoryFile(): string {
  return path.join(cacheRoot(), 'accelerator.json');
}

function hostFacts(qemuVersion: string): string {
  return `${qemuVersion} ${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`;
}

/** Removes what probes and fresh runs of dead harnesses left in the cache. Returns a line for each. */
export function sweepWork(): string[] {
  if (!existsSync(cacheRoot())) return [];
  return readdirSync(cacheRoot())
    .filter((name) => /^(kvm-probe|fresh)-/.test(name) && !isAlive(ownerOfTag(name)))
    .map((name) => {
      rmSync(path.join(cacheRoot(), name), { recursive: true, force: true });
      return `removed ${path.join(cacheRoot(), name)}`;
    });
}
