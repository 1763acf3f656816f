// SPDX-License-Identifier: GPL-2.0-only
// Error records as the platform writes them: a Generic Error Status Block with memory sections (ACPI 6.5, 18.3.2.7;
// UEFI 2.10, appendix N.2.5). Pure.

import { blockBytes } from './mailbox.ts';

/** Severity of a block and of a section (UEFI 2.10, N.2.1). */
const severities = { recoverable: 0, fatal: 1, corrected: 2 } as const;

export type Severity = keyof typeof severities;

/** A memory error: 2^lsb bytes from the guest-physical address on are bad. */
export interface MemoryError {
  address: number;
  lsb: number;
}

const blockHeader = 20;
const sectionHeader = 64; // 72, with a time, only from revision 0x300 on
const sectionBody = 80;

/** Errors that one block can hold. */
export const maxErrors = Math.floor((blockBytes - blockHeader) / (sectionHeader + sectionBody));

/** The section type of platform memory: A5BC1114-6F64-4EDE-B863-3E83ED7C83B1. */
const platformMemory = Buffer.from('1411bca5646fde4eb8633e83ed7c83b1', 'hex');

/** What a section is: platform memory, or of a type that only its vendor knows. */
export type Section = 'memory' | 'unknown';

/** A section type that nobody has: 48415A4D-4154-4E4F-5445-000000000001. */
const unknownType = Buffer.from('4d5a414854414f4e5445000000000001', 'hex');

/** A block with one section for each error. @throws RangeError when there are none, or more than fit. */
export function errorStatusBlock(
  errors: readonly MemoryError[],
  severity: Severity,
  section: Section = 'memory',
): Buffer {
  if (errors.length === 0 || errors.length > maxErrors) {
    throw new RangeError(`an error status block holds 1 to ${maxErrors} errors, not ${errors.length}`);
  }
  const sections = errors.flatMap((error) => [entryHeader(severity, section), memorySection(error)]);
  const head = Buffer.alloc(blockHeader);
  head.writeUInt32LE(blockStatus(errors.length, severity), 0);
  head.writeUInt32LE(
    sections.reduce((sum, part) => sum + part.length, 0),
    12,
  );
  head.writeUInt32LE(severities[severity], 16);
  return Buffer.concat([head, ...sections]);
}

/** The block status: bit 0 (uncorrectable) or 1 (corrected), bit 2 or 3 if there are several, the number of sections from bit 4. */
function blockStatus(count: number, severity: Severity): number {
  const corrected = severity === 'corrected' ? 1 : 0;
  return (1 << corrected) | (count > 1 ? 4 << corrected : 0) | (count << 4);
}

function entryHeader(severity: Severity, section: Section): Buffer {
  const bytes = Buffer.alloc(sectionHeader);
  bytes.set(section === 'memory' ? platformMemory : unknownType);
  bytes.writeUInt32LE(severities[severity], 16);
  bytes.writeUInt16LE(0x201, 20); // revision
  bytes.writeUInt32LE(sectionBody, 24);
  return bytes;
}

function memorySection({ address, lsb }: MemoryError): Buffer {
  const bytes = Buffer.alloc(sectionBody);
  const valid = { address: 0x2n, mask: 0x4n, type: 0x4000n };
  bytes.writeBigUInt64LE(valid.address | valid.mask | valid.type, 0);
  bytes.writeBigUInt64LE(BigInt(address), 16);
  bytes.writeBigUInt64LE(0xffff_ffff_ffff_ffffn ^ ((1n << BigInt(lsb)) - 1n), 24);
  bytes.writeUInt8(multiBit, 72);
  return bytes;
}

/** The error type: a multi-bit ECC error. */
const multiBit = 3;
