// SPDX-License-Identifier: GPL-2.0-only
// What a guest's memory holds at a physical address, by QEMU's monitor: as a device would read it, past the guest's page tables
// and without asking its kernel.

import { InfraError } from '../host/errors.ts';
import type { QemuHandle } from './qemu-handle.ts';

const wordBytes = 4;

/** Reads bytes from a guest-physical address; a multiple of 4. @throws InfraError when QEMU has no memory there. */
export async function readGuestMemory(qemu: QemuHandle, physical: number, bytes: number): Promise<Buffer> {
  const words = bytes / wordBytes;
  return parseWords(await qemu.qmp.monitor(`xp /${words}xw 0x${physical.toString(16)}`), words);
}

/** Reads the output of `xp`: an address and up to four words a line. @throws InfraError */
export function parseWords(text: string, words: number): Buffer {
  const found = text.split('\n').flatMap((line) => line.slice(line.indexOf(':') + 1).match(/\b0x[0-9a-f]{8}\b/g) ?? []);
  if (found.length !== words)
    throw new InfraError(`QEMU's monitor printed ${found.length} words of memory instead of ${words}`, {
      hint: text.trim(),
    });
  const buffer = Buffer.alloc(words * wordBytes);
  found.forEach((word, index) => buffer.writeUInt32LE(Number(word), index * wordBytes));
  return buffer;
}
