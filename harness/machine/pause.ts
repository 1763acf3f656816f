// SPDX-License-Identifier: GPL-2.0-only
// The guest held still while somebody looks or acts, one at a time.

import type { QemuHandle } from './qemu-handle.ts';

const queues = new WeakMap<QemuHandle, Promise<unknown>>();
const resumes = new WeakMap<QemuHandle, () => Promise<void>>();

/** Stops every CPU of a guest, does the work, and lets the guest go on, whatever came of the work. */
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

/** Does the work while nobody else holds the guest; whether it runs is the work's own business. */
export function inTurn<T>(qemu: QemuHandle, work: () => Promise<T>): Promise<T> {
  const mine = (queues.get(qemu) ?? Promise.resolve()).then(work);
  queues.set(
    qemu,
    mine.catch(() => undefined),
  );
  return mine;
}

/** Lets a guest go on. */
export async function goOn(qemu: QemuHandle): Promise<void> {
  const resume = resumes.get(qemu);
  if (resume === undefined) await qemu.qmp.execute('cont');
  else await resume();
}

/** From now on the guest is let go by this: a debugger hears of stops only of what it has itself let go. */
export function goOnThrough(qemu: QemuHandle, resume: () => Promise<void>): void {
  resumes.set(qemu, resume);
}
