// SPDX-License-Identifier: GPL-2.0-only
// Connects a guest's QEMU and the platform firmware that runs on the host, until QEMU ends.

import { open } from 'node:fs/promises';
import { initialWindow } from '../firmware/mailbox.ts';
import { Platform } from '../firmware/platform.ts';
import { doorbellPort } from '../machine/argv.ts';
import type { Machine } from '../machine/machine.ts';
import type { QemuHandle } from '../machine/qemu-handle.ts';
import { queryMemoryDevices } from '../machine/queries.ts';
import { Qtest } from '../machine/qtest.ts';

/** Writes into the file of a new window what it must contain before a guest boots. `window`: its guest-physical address. */
export async function fillWindow(file: string, window: number): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    for (const { offset, bytes } of initialWindow(window, doorbellPort)) {
      await handle.write(bytes, 0, bytes.length, offset);
    }
  } finally {
    await handle.close();
  }
}

/** Starts the platform firmware for a QEMU; it ends with that QEMU. `window`: guest-physical address of the window. */
export async function startPlatform(qemu: QemuHandle, machine: Machine, window: number): Promise<Platform> {
  const [socket, bell] = await Promise.all([qemu.connect('qtest'), qemu.connect('doorbell')]);
  const qtest = new Qtest(socket);
  let memory: Promise<{ from: number; to: number }[]> | undefined;
  const platform = new Platform({
    read: (offset, length) => qtest.read(window + offset, length),
    write: (offset, bytes) => qtest.write(window + offset, bytes),
    nmi: async () => {
      await qemu.qmp.execute('inject-nmi');
    },
    pulse: (pin) => qtest.pulse(ioApic[machine.machine], pin),
    memory: () => (memory ??= memoryOf(qemu, machine)),
  });
  bell.on('data', (bytes: Buffer) => platform.ring(bytes));
  bell.on('error', () => bell.destroy());
  void qemu.exited.then(() => {
    platform.end();
    qtest.close();
    bell.destroy();
  });
  return platform;
}

/** QOM path of QEMU's I/O APIC (hw/i386/x86.c:ioapic_init_gsi, 7.2). */
const ioApic = { pc: '/machine/i440fx/ioapic', q35: '/machine/q35/ioapic' } as const;

/**
 * The guest-physical ranges with memory. QEMU splits large RAM around 4 GiB, at a point that depends on the machine type:
 * here both ranges are as large as the whole, so they contain more addresses than there is memory.
 */
async function memoryOf(qemu: QemuHandle, { memory }: Machine): Promise<{ from: number; to: number }[]> {
  const devices = await queryMemoryDevices(qemu);
  const gibi = 2 ** 30;
  return [
    { from: 0, to: memory },
    ...(memory > 2 * gibi ? [{ from: 4 * gibi, to: 4 * gibi + memory }] : []),
    ...devices.map(({ addr, size }) => ({ from: addr, to: addr + size })),
  ];
}
