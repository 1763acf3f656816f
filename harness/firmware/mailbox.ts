// SPDX-License-Identifier: GPL-2.0-only
// The layout of the window, the memory that the guest and the platform firmware share: the registers of EINJ, the trigger
// table, and a GHES error source every 128 KiB. Pure: encodes and decodes bytes.

import { pageBytes } from '../host/page.ts';
import { register } from './table-frame.ts';

/** Offsets of the registers that the EINJ table names. */
export const offsets = {
  /** u32, for the guest to read: which error types can be injected. */
  capabilities: 0x00,
  /** u32: the error type, as SET_ERROR_TYPE gives it. */
  type: 0x08,
  /** u64: bit 0 while an operation runs. */
  busy: 0x10,
  /** u64: how the last operation ended. */
  status: 0x18,
  /** u64: where the trigger table is. */
  trigger: 0x20,
  /** u64: 1 between BEGIN_OPERATION and END_OPERATION. */
  operation: 0x28,
  /** u64: how long an operation takes. Always 0: not stated. */
  timings: 0x30,
  /** The structure of SET_ERROR_TYPE_WITH_ADDRESS, with space for what later kernels append to it. */
  request: 0x40,
  triggerTable: 0x400,
} as const;

/** Bytes of a request that are read. */
export const requestBytes = 36;

/** What the guest writes to the doorbell. */
export const doorbell = { execute: 0xe1, trigger: 0xe2 } as const;

/** Error types of memory (ACPI 6.5, table 18.31), each one bit. */
export const errorTypes = { corrected: 0x08, uncorrected: 0x10, fatal: 0x20 } as const;

export type MemoryErrorKind = keyof typeof errorTypes;

/** How an operation ended (ACPI 6.5, table 18.34). The kernel returns EBUSY for 1 and EINVAL for 2. */
export const commandStatus = { success: 0, failure: 1, invalid: 2 } as const;

/** The bit of a request's flags for a valid address and mask. */
const addressValid = 2;

/** The kinds of notification, each with the number of the error source that uses it. */
export const sources = { polled: 0, nmi: 1, interrupt: 2, sci: 3 } as const;

export type Source = keyof typeof sources;

/** The interrupt pins (GSI) of two of them: those of ISA's printer and floppy, which no machine here has. */
export const interruptPins = { interrupt: 7, sci: 6 } as const;

/** Bytes of an error status block, the most that the kernel reads (drivers/acpi/apei/ghes.c:GHES_ESTATUS_MAX_SIZE, 6.12). */
export const blockBytes = 0x10000;

/** Offsets of an error source: the pointer to its block, the register for the guest's acknowledgment, the block. */
export function sourceAt(source: Source): { pointer: number; acknowledge: number; block: number } {
  const base = 0x20000 * (sources[source] + 1);
  return { pointer: base, acknowledge: base + 8, block: base + pageBytes };
}

/** A request as the guest wrote it, unchecked. */
export interface InjectionRequest {
  type: number;
  flags: number;
  address: bigint;
  /** The bits of the address that are valid. */
  mask: bigint;
}

/** Reads the structure of SET_ERROR_TYPE_WITH_ADDRESS (ACPI 6.5, table 18.33). */
export function decodeRequest(bytes: Uint8Array): InjectionRequest {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    type: view.readUInt32LE(0),
    flags: view.readUInt32LE(8),
    address: view.readBigUInt64LE(16),
    mask: view.readBigUInt64LE(24),
  };
}

/** The error to plant; undefined when the request is not valid. `memory`: the guest-physical ranges with memory. */
export function checkRequest(
  { type, flags, address, mask }: InjectionRequest,
  memory: readonly { from: number; to: number }[],
): { kind: MemoryErrorKind; address: number; lsb: number } | undefined {
  const kind = (Object.keys(errorTypes) as MemoryErrorKind[]).find((name) => errorTypes[name] === type);
  if (kind === undefined || (flags & addressValid) === 0) return undefined;
  if ((mask & pageMask) !== pageMask) return undefined;
  const place = Number(address & mask);
  if (!memory.some(({ from, to }) => from <= place && place < to)) return undefined;
  return { kind, address: place, lsb: lowestBit(mask) };
}

/** The lowest valid bit of a mask, at least that of a cache line (64 bytes): nothing finer is reported. */
function lowestBit(mask: bigint): number {
  let bit = 6;
  while ((mask & (1n << BigInt(bit))) === 0n) bit++;
  return bit;
}

/** The bits of an address that a request must give: its page. */
const pageMask = BigInt.asUintN(64, -BigInt(pageBytes));

/** Eight bytes, little-endian. */
export function u64(value: bigint | number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/**
 * What the window must contain before the guest boots; everything else is zero.
 * @param window its guest-physical address
 * @param port the doorbell's I/O port
 */
export function initialWindow(window: number, port: number): { offset: number; bytes: Buffer }[] {
  const capabilities = Object.values(errorTypes).reduce<number>((all, type) => all | type, 0);
  return [
    { offset: offsets.capabilities, bytes: u64(capabilities) },
    { offset: offsets.trigger, bytes: u64(window + offsets.triggerTable) },
    { offset: offsets.triggerTable, bytes: triggerTable(port) },
    ...(Object.keys(sources) as Source[]).map((source) => {
      const { pointer, block } = sourceAt(source);
      return { offset: pointer, bytes: u64(window + block) };
    }),
  ];
}

/** The table of actions that trigger a planted error (ACPI 6.5, 18.6.4): one write to the doorbell. */
function triggerTable(port: number): Buffer {
  const header = Buffer.alloc(16);
  const entry = Buffer.concat([
    Buffer.from([0xff, 3, 0, 0]), // TRIGGER_ERROR, WRITE_REGISTER_VALUE
    register('io', 8, port),
    u64(doorbell.trigger),
    u64(0xff),
  ]);
  [header.length, 1, header.length + entry.length, 1].forEach((value, index) => header.writeUInt32LE(value, 4 * index));
  return Buffer.concat([header, entry]);
}
