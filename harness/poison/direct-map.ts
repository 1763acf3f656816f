// SPDX-License-Identifier: GPL-2.0-only
// The kernel's direct map of physical memory: it begins at a random address, which /proc/kcore shows (fs/proc/kcore.c: a
// program header for each range of RAM, with both addresses).

import { InfraError } from '../host/errors.ts';
import type { BoundGuest } from '../guest/live-guest.ts';
import type { QemuHandle } from '../machine/qemu-handle.ts';

const known = new WeakMap<QemuHandle, bigint>();

const load = 1;
const unknownAddress = 0xffff_ffff_ffff_ffffn;
/** Above it are vmalloc, the memory map and the kernel's text (Documentation/arch/x86/x86_64/mm.rst). */
const directMapEnd = 0xffff_c900_0000_0000n;
const directMapStart = 0xff11_0000_0000_0000n;

/** The kernel's virtual address of physical memory. */
export async function directMapped(guest: BoundGuest, physical: number): Promise<bigint> {
  const base = known.get(guest.qemu) ?? (await ask(guest));
  known.set(guest.qemu, base);
  return base + BigInt(physical);
}

async function ask(guest: BoundGuest): Promise<bigint> {
  const argv = ['sh', '-c', 'head -c 16384 /proc/kcore | od -An -v -tx8'];
  const { stdout, stderr, exit } = await guest.request('run', { argv });
  const base = exit === 0 ? directMapBase(Buffer.from(words(stdout))) : undefined;
  if (base === undefined)
    throw new InfraError('cannot find the start of the direct map in /proc/kcore', { hint: stderr.trim() });
  return base;
}

/** The bytes of the output of `od -tx8`. */
function words(text: string): number[] {
  const hex = text.trim().split(/\s+/);
  return hex.flatMap((word) => [...Buffer.from(word.padStart(16, '0'), 'hex').reverse()]);
}

/** The start of the direct map from the headers of /proc/kcore, an ELF core file. */
export function directMapBase(core: Buffer): bigint | undefined {
  if (core.length < 64 || core.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
  const [offset, size, count] = [Number(core.readBigUInt64LE(32)), core.readUInt16LE(54), core.readUInt16LE(56)];
  for (let index = 0; index < count; index++) {
    const at = offset + index * size;
    if (at + 56 > core.length) return undefined;
    const [virtual, physical] = [core.readBigUInt64LE(at + 16), core.readBigUInt64LE(at + 24)];
    if (core.readUInt32LE(at) !== load || physical === unknownAddress) continue;
    if (virtual >= directMapStart && virtual < directMapEnd) return virtual - physical;
  }
  return undefined;
}
