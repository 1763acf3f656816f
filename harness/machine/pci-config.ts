// SPDX-License-Identifier: GPL-2.0-only
// The configuration space of a PCIe function: what drivers and firmware write to it, in the order in which it can be written again, and
// what changes by itself (PCI Express Base Specification 6.0, chapter 7). Pure.

/** Bytes of the extended configuration space of a function. */
export const configBytes = 4096;

/** A write to a register of a device. */
export interface RegisterWrite {
  /** Guest-physical address, or an offset in the configuration space. */
  address: number;
  width: 1 | 2 | 4;
  value: number;
}

const header = { command: 0x04, type: 0x0e, bars: 0x10, secondaryBus: 0x19, capabilities: 0x34 } as const;

/** Double words of the header after the BARs: bus numbers and windows of a bridge; of an endpoint its expansion ROM and interrupt line. */
const bridgeHeader = [0x18, 0x20, 0x24, 0x28, 0x2c, 0x30, 0x38, 0x3c];
const endpointHeader = [0x30, 0x3c];
const bars = { bridge: 2, endpoint: 6 } as const;
/** I/O base and limit of a bridge; the other half of the double word is its secondary status. */
const ioWindow = 0x1c;
const bridgeType = 1;

const ids = { msi: 0x05, express: 0x10, msix: 0x11 } as const;
const extendedIds = { errors: 0x0001, accessControl: 0x000d, vendor: 0x0023 } as const;

/** Controls of the PCI Express capability: device, link, slot, root, device 2, link 2; the half after each is its status. */
const portControls = [0x08, 0x10, 0x18, 0x1c, 0x28, 0x30];
const endpointControls = [0x08, 0x10, 0x28, 0x30];
/** The status of the slot, in the PCI Express capability, and its bits that are cleared by writing 1. */
const slotStatus = { offset: 0x1a, events: 0x1f } as const;

/** Advanced error reporting: masks, severity, control, and the command of a root port. */
const errorControls = [0x08, 0x0c, 0x14, 0x18];
const rootErrorCommand = 0x2c;

/**
 * What is written to the DVSECs of CXL, by their id: of a device, extensions of a port, global persistent flush of a port (CXL 3.1, 8.1.3,
 * 8.1.5, 8.1.6). Registers of 16 and of 32 bits.
 */
const cxlVendor = 0x1e98;
const cxlDvsecs: ReadonlyMap<number, { halves: readonly number[]; words: readonly number[] }> = new Map([
  [0, { halves: [0x0c, 0x10], words: [0x20, 0x24, 0x30, 0x34] }],
  [3, { halves: [0x0c, 0x0e], words: [0x10, 0x14, 0x18, 0x1c] }],
  [4, { halves: [0x0c, 0x0e], words: [] }],
]);
/** The status of the device's DVSEC. */
const dvsecStatus = 0x0e;

/** Whether a function is a bridge, such as a root port. */
function isBridge(config: Buffer): boolean {
  return ((config[header.type] ?? 0) & 0x7f) === bridgeType;
}

/** Number of the bus behind a bridge. */
export function secondaryBus(config: Buffer): number {
  return config.readUInt8(header.secondaryBus);
}

/** Whether its memory can be accessed. */
export function decodesMemory(config: Buffer): boolean {
  return (config.readUInt16LE(header.command) & 2) !== 0;
}

/** The address in a BAR with 64 bits. */
export function barAddress(config: Buffer, bar: number): number {
  return Number(config.readBigUInt64LE(header.bars + 4 * bar) & ~0xfn);
}

/** Where its status of the slot is, for a root port. */
export function slotStatusOf(config: Buffer): { offset: number; events: number } | undefined {
  const express = capabilities(config).get(ids.express);
  return express === undefined || !isBridge(config)
    ? undefined
    : { offset: express + slotStatus.offset, events: slotStatus.events };
}

/** The table of MSI-X: the BAR that it is in, its offset there, and its bytes. */
export function msixTable(config: Buffer): { bar: number; offset: number; bytes: number } | undefined {
  const at = capabilities(config).get(ids.msix);
  if (at === undefined) return undefined;
  const where = config.readUInt32LE(at + 4);
  return { bar: where & 7, offset: (where & ~7) >>> 0, bytes: 16 * ((config.readUInt16LE(at + 2) & 0x7ff) + 1) };
}

/** What makes a function that was reset as this one is, in order; addresses are offsets in its configuration space. */
export function configWrites(config: Buffer): RegisterWrite[] {
  const bridge = isBridge(config);
  const writes: RegisterWrite[] = [];
  const write = (width: 2 | 4, ...offsets: number[]): void => {
    for (const address of offsets)
      writes.push({ address, width, value: width === 2 ? config.readUInt16LE(address) : config.readUInt32LE(address) });
  };
  write(4, ...Array.from({ length: bridge ? bars.bridge : bars.endpoint }, (_, index) => header.bars + 4 * index));
  write(4, ...(bridge ? bridgeHeader : endpointHeader));
  if (bridge) write(2, ioWindow);
  const found = capabilities(config);
  const express = found.get(ids.express);
  if (express !== undefined) write(2, ...(bridge ? portControls : endpointControls).map((offset) => express + offset));
  const msi = found.get(ids.msi);
  if (msi !== undefined) {
    const control = config.readUInt16LE(msi + 2);
    const has64 = (control & 0x80) !== 0;
    write(4, msi + 4, ...(has64 ? [msi + 8] : []));
    write(2, msi + (has64 ? 0xc : 8));
    if ((control & 0x100) !== 0) write(4, msi + (has64 ? 0x10 : 0xc));
    write(2, msi + 2);
  }
  const msix = found.get(ids.msix);
  if (msix !== undefined) write(2, msix + 2);
  for (const { id, at } of extendedCapabilities(config)) {
    if (id === extendedIds.errors) write(4, ...errorControls.map((offset) => at + offset));
    if (id === extendedIds.errors && bridge) write(4, at + rootErrorCommand);
    if (id === extendedIds.accessControl) write(2, at + 6);
    const dvsec = id === extendedIds.vendor ? cxlDvsecs.get(cxlDvsecId(config, at) ?? -1) : undefined;
    if (dvsec !== undefined) {
      write(2, ...dvsec.halves.map((offset) => at + offset));
      write(4, ...dvsec.words.map((offset) => at + offset));
    }
  }
  // Last: from here on the function decodes its addresses.
  write(2, header.command);
  return writes;
}

/**
 * Offsets at which two configuration spaces differ, but for what changes by itself: status registers, and what the last error was.
 */
export function configDifferences(before: Buffer, after: Buffer): number[] {
  const ignored = changing(before);
  return Array.from({ length: configBytes }, (_, offset) => offset).filter(
    (offset) => before[offset] !== after[offset] && !ignored.has(offset),
  );
}

function changing(config: Buffer): Set<number> {
  const offsets: number[] = [];
  const add = (at: number, bytes: number): void => {
    for (let offset = at; offset < at + bytes; offset++) offsets.push(offset);
  };
  add(header.command + 2, 2);
  if (isBridge(config)) add(ioWindow + 2, 2);
  const express = capabilities(config).get(ids.express);
  if (express !== undefined) {
    for (const control of portControls.filter((offset) => offset !== 0x1c)) add(express + control + 2, 2);
    add(express + 0x20, 4); // root status
  }
  for (const { id, at } of extendedCapabilities(config)) {
    // The statuses of uncorrectable and correctable errors, the header log, and the root's status and sources.
    if (id === extendedIds.errors)
      for (const [offset, bytes] of [
        [4, 4],
        [0x10, 4],
        [0x1c, 0x10],
        [0x30, 8],
      ] as const)
        add(at + offset, bytes);
    if (id === extendedIds.vendor && cxlDvsecId(config, at) === 0) add(at + dvsecStatus, 2);
  }
  return new Set(offsets);
}

/** Masks of the function's own error reporting: uncorrectable, correctable; undefined when it has none. */
export function errorMasks(config: Buffer): { uncorrectable: number; correctable: number } | undefined {
  const errors = extendedCapabilities(config).find(({ id }) => id === extendedIds.errors);
  return errors === undefined ? undefined : { uncorrectable: errors.at + 0x08, correctable: errors.at + 0x14 };
}

/** The id of a DVSEC of CXL; undefined for one of another vendor. */
function cxlDvsecId(config: Buffer, at: number): number | undefined {
  return config.readUInt16LE(at + 4) === cxlVendor ? config.readUInt16LE(at + 8) : undefined;
}

/** Capabilities by id. */
function capabilities(config: Buffer): Map<number, number> {
  const found = new Map<number, number>();
  for (let at = config.readUInt8(header.capabilities) & ~3; at !== 0; at = config.readUInt8(at + 1) & ~3) {
    const id = config.readUInt8(at);
    if (found.has(id)) break; // a list that has no end
    found.set(id, at);
  }
  return found;
}

function extendedCapabilities(config: Buffer): { id: number; at: number }[] {
  const found: { id: number; at: number }[] = [];
  for (let at = 0x100; at >= 0x100 && found.length < configBytes / 8;) {
    const word = config.readUInt32LE(at);
    if (word === 0 || word === 0xffffffff) break;
    found.push({ id: word & 0xffff, at });
    at = (word >>> 20) & ~3;
  }
  return found;
}
