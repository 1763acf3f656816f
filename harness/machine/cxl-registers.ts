// SPDX-License-Identifier: GPL-2.0-only
// Registers of CXL devices and ports in memory: HDM decoders and RAS in the component registers (CXL 3.1, 8.2.4), and where the mailbox and
// the status are in the device's registers (8.2.8).

import { InfraError } from '../host/errors.ts';
import type { RegisterWrite } from './pci-config.ts';
import type { Qtest } from './qtest.ts';

/** Offset of the registers of CXL.cache and CXL.mem in the component registers. */
const cacheMemory = 0x1000;

const componentIds = { ras: 2, decoders: 5 } as const;
const deviceIds = { status: 1, mailbox: 2 } as const;

/** Masks and severity of RAS: uncorrectable mask and severity, correctable mask, control. */
const rasControls = [0x04, 0x08, 0x10, 0x14];

/** An HDM decoder: base, size, control, and what to skip or the list of targets; 32 bytes each after 16. */
const decoder = { first: 0x10, bytes: 0x20, control: 0x10, others: [0x00, 0x04, 0x08, 0x0c, 0x14, 0x18] } as const;
const control = { commit: 1 << 9, committed: 1 << 10, error: 1 << 11 } as const;

/** Registers that are put back, and what all of them read afterwards. */
export interface ComponentState {
  writes: RegisterWrite[];
  reads: RegisterWrite[];
}

/** Reads the state of component registers at a guest-physical address. @throws InfraError when QEMU refuses */
export async function readComponent(qtest: Qtest, base: number): Promise<ComponentState> {
  const found = await capabilitiesOf(qtest, base + cacheMemory);
  const writes: RegisterWrite[] = [];
  const reads: RegisterWrite[] = [];
  const ras = found.get(componentIds.ras);
  for (const offset of ras === undefined ? [] : rasControls) {
    const register = await readWord(qtest, (ras ?? 0) + offset);
    writes.push(register);
    reads.push(register);
  }
  const decoders = found.get(componentIds.decoders);
  if (decoders !== undefined) {
    const global = await readWord(qtest, decoders + 4);
    writes.push(global);
    reads.push(global);
    const encoded = (await readWord(qtest, decoders)).value & 0xf;
    for (let index = 0; index < (encoded === 0 ? 1 : 2 * encoded); index++) {
      const state = await readDecoder(qtest, decoders + decoder.first + index * decoder.bytes);
      writes.push(...state.writes);
      reads.push(...state.reads);
    }
  }
  return { writes, reads };
}

/** A decoder that is committed is committed again: QEMU maps its memory then. */
async function readDecoder(qtest: Qtest, base: number): Promise<ComponentState> {
  const others: RegisterWrite[] = [];
  for (const offset of decoder.others) others.push(await readWord(qtest, base + offset));
  const state = await readWord(qtest, base + decoder.control);
  const isCommitted = (state.value & control.committed) !== 0;
  const idle = (state.value & ~(control.commit | control.committed | control.error)) >>> 0;
  const again = isCommitted ? [{ ...state, value: (idle | control.commit) >>> 0 }] : [];
  return { writes: [...others, { ...state, value: idle }, ...again], reads: [...others, state] };
}

/** Guest-physical addresses of the mailbox and of the status of events in a device's registers. @throws InfraError */
export async function findMailbox(qtest: Qtest, registers: number): Promise<{ mailbox: number; status: number }> {
  const count = Number((await qtest.readRegister(registers, 8)) >> 32n) & 0xffff;
  const found = new Map<number, number>();
  for (let index = 1; index <= count; index++) {
    const id = (await readWord(qtest, registers + 16 * index)).value & 0xffff;
    found.set(id, registers + (await readWord(qtest, registers + 16 * index + 4)).value);
  }
  const [mailbox, status] = [found.get(deviceIds.mailbox), found.get(deviceIds.status)];
  if (mailbox === undefined || status === undefined) throw new InfraError('a CXL device of QEMU has no mailbox');
  return { mailbox, status };
}

async function capabilitiesOf(qtest: Qtest, base: number): Promise<Map<number, number>> {
  const count = (await readWord(qtest, base)).value >>> 24;
  const found = new Map<number, number>();
  for (let index = 1; index <= count; index++) {
    const { value } = await readWord(qtest, base + 4 * index);
    found.set(value & 0xffff, base + (value >>> 20));
  }
  return found;
}

/** One register of 32 bits with its value. */
export async function readWord(qtest: Qtest, address: number): Promise<RegisterWrite> {
  return { address, width: 4, value: Number(await qtest.readRegister(address, 4)) };
}
