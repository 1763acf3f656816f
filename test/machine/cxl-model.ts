// SPDX-License-Identifier: GPL-2.0-only
// A CXL device and its root port as far as their state goes, behind QEMU's test protocol: registers that take only some bits, that are
// reached only while their function decodes its addresses, and a mailbox. For what is asked of devices, not for what QEMU does.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { FakeQemu } from '../guest/fake-guest.ts';
import { temporaryFolder } from '../host/temporary.ts';

export const at = {
  port: 0xb0000000 + (12 << 20),
  endpoint: 0xb0000000 + (13 << 20),
  portBar: 0xfe000000,
  endpointBar: 0xfe100000,
  deviceBar: 0xfe200000,
} as const;

/** In the configuration spaces: capabilities, and in the component registers: RAS and decoders. */
export const offsets = {
  express: 0x40,
  msi: 0x90,
  msix: 0x90,
  errors: 0x100,
  dvsec: 0x200,
  ras: 0x1100,
  decoders: 0x1200,
};
const [mailbox, status] = [0x100, 0x80];
const express = { control: 0x18, status: 0x1a } as const;

interface Space {
  base: () => number | undefined;
  bytes: Buffer;
  /** Bits that a write changes, by byte. */
  writable: Buffer;
}

/** A QEMU whose only devices are these. */
export class ModelQemu extends FakeQemu {
  /** A bit of a register that a write does not change any more: a device that cannot be restored. */
  stuck: number | undefined;
  policy = Buffer.alloc(5);
  timestamp = 0n;
  poison = 0;
  readonly port = space(() => at.port);
  readonly endpoint = space(() => at.endpoint);
  readonly #spaces: Space[];
  readonly #device: Space;
  readonly #folder = temporaryFolder();
  readonly #server: Server;

  constructor() {
    super({ stop: {} });
    const portRegisters = space(() => barOf(this.port, 0x10));
    const endpointRegisters = space(() => barOf(this.endpoint, 0x10));
    this.#device = space(() => barOf(this.endpoint, 0x18));
    this.#spaces = [this.port, this.endpoint, portRegisters, endpointRegisters, this.#device];
    fillFunction(this.port, 0x70758086, 1);
    fillFunction(this.endpoint, 0x0d938086, 0);
    for (const one of [portRegisters, endpointRegisters]) fillComponent(one);
    const { bytes } = this.#device;
    bytes.writeBigUInt64LE(2n << 32n, 0);
    for (const [index, id, offset] of [
      [1, 1, status],
      [2, 2, mailbox],
    ] as const) {
      bytes.writeUInt32LE(id, 16 * index);
      bytes.writeUInt32LE(offset, 16 * index + 4);
    }
    this.#device.writable.fill(0xff, mailbox + 4, 0x200);
    this.#device.writable.fill(0xff, 0x300, 0x310);
    this.#server = createServer((socket) => this.#serve(socket)).listen(this.socketPath('qtest'));
  }

  override socketPath(name: string): string {
    return path.join(this.#folder, name);
  }

  override async connect(): Promise<Socket> {
    const socket = connect(this.socketPath('qtest'));
    await once(socket, 'connect');
    return socket;
  }

  close(): void {
    this.#server.close();
  }

  /** Writes as a guest does. */
  poke(address: number, width: number, value: number | bigint): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
    this.#write(address, bytes.subarray(0, width));
  }

  peek(address: number, width: number): bigint {
    const bytes = Buffer.alloc(8);
    this.#read(address, width).copy(bytes);
    return bytes.readBigUInt64LE();
  }

  #serve(socket: Socket): void {
    let rest = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (data: Buffer) => {
      const lines = `${rest}${data.toString()}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) socket.write(`OK${this.#answer(line.split(' '))}\n`);
    });
  }

  #answer([command = '', address = '', ...args]: string[]): string {
    const width = { b: 1, w: 2, l: 4, q: 8 }[command.slice(-1)] ?? 8;
    if (command === 'read') return ` 0x${this.#read(Number(address), Number(args[0])).toString('hex')}`;
    if (command === 'write') this.#write(Number(address), Buffer.from((args[1] ?? '').slice(2), 'hex'));
    else if (command.startsWith('read')) return ` 0x${this.peek(Number(address), width).toString(16)}`;
    else this.poke(Number(address), width, BigInt(args[0] ?? 0));
    return '';
  }

  #find(address: number): { space: Space; offset: number } | undefined {
    for (const one of this.#spaces) {
      const base = one.base();
      if (base !== undefined && address >= base && address < base + one.bytes.length)
        return { space: one, offset: address - base };
    }
    return undefined;
  }

  #read(address: number, length: number): Buffer {
    const found = this.#find(address);
    return found === undefined
      ? Buffer.alloc(length, 0xff)
      : found.space.bytes.subarray(found.offset, found.offset + length);
  }

  #write(address: number, value: Buffer): void {
    const found = this.#find(address);
    if (found === undefined || address === this.stuck) return;
    const { space: one, offset } = found;
    const slotStatus = one === this.port && offset === offsets.express + express.status;
    if (slotStatus) {
      // QEMU takes back what clears more than is set.
      const set = one.bytes.readUInt16LE(offset) & 0x1f;
      if ((value.readUInt16LE() & 0x1f) === set) one.bytes[offset] = (one.bytes[offset] ?? 0) & ~0x1f;
      return;
    }
    for (const [index, byte] of value.entries()) {
      const mask = one.writable[offset + index] ?? 0;
      one.bytes[offset + index] = ((one.bytes[offset + index] ?? 0) & ~mask) | (byte & mask);
    }
    this.#wrote(one, offset);
  }

  /** What a device does by itself when it is written to. */
  #wrote(one: Space, offset: number): void {
    // A slot whose control was written has completed a command.
    if (one === this.port && offset === offsets.express + express.control) one.bytes[offset + 2] = 0x10;
    if (one === this.#device && offset === mailbox + 4 && (one.bytes.readUInt8(mailbox + 4) & 1) !== 0) this.#command();
    const control = offset - offsets.decoders - 0x20;
    if (control >= 0 && control % 0x20 === 0 && this.#spaces.indexOf(one) >= 2 && one !== this.#device) {
      const word = one.bytes.readUInt32LE(offset);
      one.bytes.writeUInt32LE((word & (1 << 9)) === 0 ? word & ~(1 << 10) : word | (1 << 10), offset);
    }
  }

  #command(): void {
    const { bytes } = this.#device;
    const payload = bytes.subarray(mailbox + 0x20);
    let output = Buffer.alloc(0);
    switch (bytes.readUInt16LE(mailbox + 8)) {
      case 0x0102:
        output = this.policy;
        break;
      case 0x0103:
        payload.copy(this.policy, 0, 0, 5);
        break;
      case 0x0300:
        output = Buffer.from(BigUint64Array.of(this.timestamp).buffer);
        break;
      case 0x0301:
        this.timestamp = payload.readBigUInt64LE();
        break;
      case 0x4300:
        output = Buffer.alloc(32);
        output.writeUInt16LE(this.poison, 10);
    }
    output.copy(payload);
    bytes.writeUInt32LE(bytes.readUInt16LE(mailbox + 8) | (output.length << 16), mailbox + 8);
    bytes.writeUInt32LE(0, mailbox + 0xc);
    bytes.writeUInt8(bytes.readUInt8(mailbox + 4) & ~1, mailbox + 4);
  }
}

function space(base: () => number | undefined): Space {
  return { base, bytes: Buffer.alloc(8192), writable: Buffer.alloc(8192) };
}

function barOf({ bytes }: Space, bar: number): number | undefined {
  return (bytes.readUInt16LE(4) & 2) === 0 ? undefined : Number(bytes.readBigUInt64LE(bar) & ~0xfn);
}

function fillFunction({ bytes, writable }: Space, id: number, type: number): void {
  bytes.writeUInt32LE(id, 0);
  bytes.writeUInt8(type, 0x0e);
  bytes.writeUInt8(offsets.express, 0x34);
  bytes.writeUInt16LE(0x10 | (offsets.msi << 8), offsets.express);
  bytes.writeUInt16LE(type === 1 ? 0x05 : 0x11, offsets.msi);
  if (type === 1) bytes.writeUInt16LE(0x80, offsets.msi + 2);
  else bytes.writeUInt32LE(2 | 0x300, offsets.msix + 4);
  bytes.writeUInt32LE(0x0001 | (offsets.dvsec << 20), offsets.errors);
  bytes.writeUInt32LE(type === 1 ? 0 : 0x0023, offsets.dvsec);
  bytes.writeUInt32LE(0x1e98, offsets.dvsec + 4);
  writable.writeUInt16LE(0x0507, 4);
  for (const bar of [0x10, 0x18]) writable.writeBigUInt64LE(0xfffffffffffffff0n, bar);
  if (type === 1) writable.fill(0xff, 0x18, 0x1e);
  if (type === 1) writable.fill(0xff, 0x20, 0x34);
  writable.fill(0xff, 0x3c, 0x40);
  for (const offset of [8, 0x10, 0x18, 0x28]) writable.writeUInt16LE(0xffff, offsets.express + offset);
  writable.fill(0xff, offsets.msi + (type === 1 ? 4 : 0x20), offsets.msi + (type === 1 ? 0x0e : 0x20));
  writable.writeUInt16LE(type === 1 ? 0x0071 : 0xc000, offsets.msi + 2);
  for (const offset of [8, 0xc, 0x14, 0x2c]) writable.writeUInt32LE(0xffffffff, offsets.errors + offset);
  writable.fill(0xff, offsets.dvsec + 0x20, offsets.dvsec + 0x28);
}

function fillComponent({ bytes, writable }: Space): void {
  bytes.writeUInt32LE(2 << 24, 0x1000);
  bytes.writeUInt32LE(2 | (0x100 << 20), 0x1004);
  bytes.writeUInt32LE(5 | (0x200 << 20), 0x1008);
  writable.fill(0xff, offsets.ras + 4, offsets.ras + 0x18);
  bytes.writeUInt32LE(1, offsets.decoders);
  writable.fill(0xff, offsets.decoders + 4, offsets.decoders + 8);
  for (const decoder of [0, 1]) {
    const base = offsets.decoders + 0x10 + 0x20 * decoder;
    writable.fill(0xff, base, base + 0x20);
    writable.writeUInt32LE(0xfffffbff, base + 0x10);
  }
}
