// SPDX-License-Identifier: GPL-2.0-only
// When a machine check may be raised. In the wrong context (in the kernel, outside a recoverable copy) it panics the guest, and
// a second one before the first was handled resets it. So the guest is paused for a look at its CPUs, and a CPU gets no second
// machine check before it has provably run.

import { setTimeout as sleep } from 'node:timers/promises';
import { InfraError } from '../host/errors.ts';
import type { BoundGuest } from '../guest/live-guest.ts';
import { orGuestDied } from '../guest/or-guest-died.ts';
import type { QemuHandle } from '../machine/qemu-handle.ts';
import { whilePaused } from '../machine/pause.ts';
import { threadTimeNs, vcpus, type Vcpu } from '../machine/vcpu.ts';
import { mceCommand, type MachineCheck } from './machine-check.ts';

/** CPU time in which a vCPU has certainly taken a pending machine check and returned from its handler; nanoseconds. */
const handledNs = 200_000;

/** Between two looks at a guest whose CPUs are in the wrong context. */
const lookAgainMs = 2;

/** CPU time of each vCPU when it was last hit, by index. */
const lastHits = new WeakMap<QemuHandle, Map<number, number>>();

/** Whether a vCPU has handled the last machine check that it was given. */
function hasHandled(qemu: QemuHandle, { index, thread }: Vcpu): boolean {
  const at = lastHits.get(qemu)?.get(index);
  return at === undefined || threadTimeNs(qemu, thread) - at >= handledNs;
}

/** Raises a machine check on a CPU of a guest that is paused. The CPU must have handled its last. */
export async function raise(qemu: QemuHandle, check: MachineCheck, { index, thread }: Vcpu): Promise<void> {
  const said = (await qemu.qmp.monitor(mceCommand(check, index))).trim();
  if (said !== '') throw new InfraError(`QEMU refused the machine check: ${said}`);
  const hits = lastHits.get(qemu) ?? new Map<number, number>();
  lastHits.set(qemu, hits.set(index, threadTimeNs(qemu, thread)));
}

/**
 * Raises a machine check on the first CPU in the right context, and waits until that CPU has run. Returns the CPU, or undefined
 * if there was none before `until` returned true.
 * @throws GuestDied
 */
export async function raiseWhenRight(
  guest: BoundGuest,
  check: MachineCheck,
  isRight: (cpu: number) => Promise<boolean>,
  until: () => boolean,
): Promise<number | undefined> {
  return (await raiseTogether(guest, check, [isRight], until))?.[0];
}

/** The same on as many CPUs as there are contexts, at the same time: the first CPU is in the first context, and so on. @throws GuestDied */
export async function raiseTogether(
  guest: BoundGuest,
  check: MachineCheck,
  contexts: readonly ((cpu: number) => Promise<boolean>)[],
  until: () => boolean,
): Promise<number[] | undefined> {
  const { qemu } = guest;
  return orGuestDied(qemu, async () => {
    const cpus = await vcpus(qemu);
    while (!until()) {
      const hit = await whilePaused(qemu, async () => {
        const found = await cpusIn(contexts, cpus, qemu);
        for (const cpu of found ?? []) await raise(qemu, check, cpu);
        return found;
      });
      if (hit === undefined) {
        await sleep(lookAgainMs);
        continue;
      }
      while (!hit.every((cpu) => hasHandled(qemu, cpu)) && !until()) await sleep(1);
      return hit.map(({ index }) => index);
    }
    return undefined;
  });
}

/** A CPU for each context that may get a machine check; undefined when one is missing. */
async function cpusIn(
  contexts: readonly ((cpu: number) => Promise<boolean>)[],
  cpus: readonly Vcpu[],
  qemu: QemuHandle,
): Promise<Vcpu[] | undefined> {
  const found: Vcpu[] = [];
  for (const isRight of contexts) {
    const before = found.length;
    for (const cpu of cpus) {
      if (found.length > before || found.includes(cpu) || !hasHandled(qemu, cpu)) continue;
      if (await isRight(cpu.index)) found.push(cpu);
    }
    if (found.length === before) return undefined;
  }
  return found;
}
