// SPDX-License-Identifier: GPL-2.0-only
// When a machine check may be raised. In the wrong context it panics the guest (in the kernel, no copy that can
// recover), and a second one before the first has been handled resets it. So: look while the guest is paused, and
// raise no other on a CPU before that CPU has provably run.

import { setTimeout as sleep } from 'node:timers/promises';
import { InfraError } from '../host/errors.ts';
import { GuestDied } from '../guest/guest-errors.ts';
import type { BoundGuest } from '../guest/live-guest.ts';
import type { QemuHandle } from '../machine/qemu-handle.ts';
import { whilePaused } from '../machine/pause.ts';
import { threadTimeNs, vcpus, type Vcpu } from '../machine/vcpu.ts';
import { mceCommand, type MachineCheck } from './machine-check.ts';

/** CPU time in which a vCPU has certainly taken a pending machine check and returned from its handler; nanoseconds. */
const handledNs = 200_000;

/** Between two looks at a guest that is not where it should be. */
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
  if (said !== '') throw new InfraError(`QEMU does not raise the machine check: ${said}`);
  const hits = lastHits.get(qemu) ?? new Map<number, number>();
  lastHits.set(qemu, hits.set(index, threadTimeNs(qemu, thread)));
}

/**
 * Raises a machine check on the first CPU that is right for it, and waits until that CPU has run. Returns the CPU, or
 * undefined when none was right until `until` said so.
 * @throws GuestDied
 */
export async function raiseWhenRight(
  guest: BoundGuest,
  check: MachineCheck,
  isRight: (cpu: number) => Promise<boolean>,
  until: () => boolean,
): Promise<number | undefined> {
  const { qemu } = guest;
  return orGuestDied(guest, async () => {
    const cpus = await vcpus(qemu);
    while (!until()) {
      const hit = await whilePaused(qemu, async () => {
        for (const cpu of cpus) {
          if (!hasHandled(qemu, cpu) || !(await isRight(cpu.index))) continue;
          await raise(qemu, check, cpu);
          return cpu;
        }
        return undefined;
      });
      if (hit === undefined) {
        await sleep(lookAgainMs);
        continue;
      }
      while (!hasHandled(qemu, hit) && !until()) await sleep(1);
      return hit.index;
    }
    return undefined;
  });
}

/** A monitor that ends means that QEMU is ending: let that be the reason. */
export async function orGuestDied<T>(guest: BoundGuest, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const exit = await Promise.race([guest.qemu.exited, sleep(500, undefined, { ref: false })]);
    throw exit === undefined ? error : new GuestDied(exit);
  }
}
