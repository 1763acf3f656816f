// SPDX-License-Identifier: GPL-2.0-only
// What all generated ACPI tables have: the header with its checksum (ACPI 6.5, 5.2.6), and registers (5.2.3.2).

/** Address spaces of a register. */
export const space = { memory: 0, io: 1 } as const;

/** A Generic Address Structure, 12 bytes. `bits`: width of the register and of an access. */
export function register(where: keyof typeof space, bits: 8 | 16 | 32 | 64, address: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.set([space[where], bits, 0, { 8: 1, 16: 2, 32: 3, 64: 4 }[bits]]);
  bytes.writeBigUInt64LE(BigInt(address), 4);
  return bytes;
}

/** A table: the 36-byte header with the checksum, and the body. */
export function table(signature: string, body: Uint8Array): Buffer {
  const bytes = Buffer.alloc(36 + body.length);
  bytes.write(signature, 0, 4, 'latin1');
  bytes.writeUInt32LE(bytes.length, 4);
  bytes.writeUInt8(1, 8); // revision
  bytes.write('HAZMAT', 10, 6, 'latin1');
  bytes.write(`HAZ${signature}`.padEnd(8), 16, 8, 'latin1');
  bytes.writeUInt32LE(1, 24);
  bytes.write('HAZM', 28, 4, 'latin1');
  bytes.writeUInt32LE(1, 32);
  bytes.set(body, 36);
  bytes.writeUInt8(-bytes.reduce((sum, byte) => sum + byte, 0) & 0xff, 9);
  return bytes;
}
