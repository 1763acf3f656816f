// SPDX-License-Identifier: GPL-2.0-only
// Pauses the guest for a piece of work. One piece of work at a time has the guest.

import type { QemuHandle } from './qemu-handle.ts';

const queues = new WeakMap<QemuHandle, Promise<unknown>>();
const resumes = new WeakMap<QemuHandle, () => Promise<void>>();

/** Stops every CPU of a guest, does the work, and resumes the guest, also when the work fails. */
export function whilePaused<T>(qemu: QemuHandle, work: () => Promise<T>): Promise<T> {
  return inTurn(qemu, async () => {
    await qemu.qmp.execute('stop');
    try {
      return await work();
    } finally {
      await goOn(qemu);
    }
  });
}

/** Does the work while no other work has the guest, in the order of the calls. Does not pause the guest. */
export function inTurn<T>(qemu: QemuHandle, work: () => Promise<T>): Promise<T> {
  const mine = (queues.get(qemu) ?? Promise.resolve()).then(work);
  queues.set(
    qemu,
    mine.catch(() => undefined),
  );
  return mine;
}

/** Resumes a guest. */
export async function goOn(qemu: QemuHandle): Promise<void> {
  const resume = resumes.get(qemu);
  if (resume === undefined) await qemu.qmp.execute('cont');
  else await resume();
}

/** Resumes the guest by this from now on: a debugger stub reports stops only of a guest that it has resumed itself. */
export function goOnThrough(qemu: QemuHandle, resume: () => Promise<void>): void {
  resumes.set(qemu, resume);
}
