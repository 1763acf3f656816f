// SPDX-License-Identifier: GPL-2.0-only
// Commands to the mailbox of a CXL device, from the host, while its guest is stopped (CXL 3.1, 8.2.8.4).

import { InfraError } from '../host/errors.ts';
import type { Qtest } from './qtest.ts';

/** Offsets in the mailbox. */
const at = { control: 0x04, command: 0x08, status: 0x10, payload: 0x20 } as const;
const doorbell = 1n;

/** QEMU executes a command while its doorbell is written; one that takes longer is in the background. */
const looks = 100;

export const opcodes = {
  getInterruptPolicy: 0x0102,
  setInterruptPolicy: 0x0103,
  getTimestamp: 0x0300,
  setTimestamp: 0x0301,
  getPoisonList: 0x4300,
} as const;

/**
 * Gives a command; returns its output.
 * @param mailbox guest-physical address of the mailbox
 * @throws InfraError when the device does not execute it
 */
export async function mailboxCommand(
  qtest: Qtest,
  mailbox: number,
  opcode: number,
  input: Uint8Array = new Uint8Array(),
): Promise<Buffer> {
  await qtest.write(mailbox + at.payload, input);
  await qtest.writeRegister(mailbox + at.command, 8, BigInt(opcode) | (BigInt(input.length) << 16n));
  const control = await qtest.readRegister(mailbox + at.control, 4);
  await qtest.writeRegister(mailbox + at.control, 4, control | doorbell);
  let left = looks;
  while (((await qtest.readRegister(mailbox + at.control, 4)) & doorbell) !== 0n) {
    if (--left === 0) throw refused(opcode, 'does not end');
  }
  const code = Number(((await qtest.readRegister(mailbox + at.status, 8)) >> 32n) & 0xffffn);
  if (code !== 0) throw refused(opcode, `returned ${code}`);
  const length = Number(((await qtest.readRegister(mailbox + at.command, 8)) >> 16n) & 0xfffffn);
  return length === 0 ? Buffer.alloc(0) : qtest.read(mailbox + at.payload, length);
}

/** Which interrupts the mailbox raises itself. */
export async function mailboxControl(qtest: Qtest, mailbox: number): Promise<number> {
  return Number((await qtest.readRegister(mailbox + at.control, 4)) & ~doorbell);
}

export async function setMailboxControl(qtest: Qtest, mailbox: number, control: number): Promise<void> {
  await qtest.writeRegister(mailbox + at.control, 4, BigInt(control));
}

function refused(opcode: number, how: string): InfraError {
  return new InfraError(`the mailbox command 0x${opcode.toString(16)} to a CXL device ${how}`);
}
