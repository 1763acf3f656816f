// SPDX-License-Identifier: GPL-2.0-only
// QEMU's test protocol: guest-physical memory and interrupt pins, from outside the guest, with any accelerator
// (softmmu/qtest.c, 7.2). Each command is one line, answered by one line, in order.

import type { Socket } from 'node:net';
import { InfraError } from '../host/errors.ts';
import { endedBefore, LineSocket, shortened } from './line-socket.ts';

/** Bytes of an access to a register. */
export type RegisterWidth = 1 | 2 | 4 | 8;

const suffixes = { 1: 'b', 2: 'w', 4: 'l', 8: 'q' } as const;

interface Pending {
  command: string;
  resolve: (answer: string) => void;
  reject: (error: Error) => void;
}

/** One qtest connection. Its methods throw an InfraError when QEMU refuses the command, or ends first. */
export class Qtest {
  readonly #socket: LineSocket;
  readonly #pending: Pending[] = [];

  constructor(socket: Socket) {
    this.#socket = new LineSocket(
      socket,
      (line) => this.#onLine(line),
      () => {
        for (const { command, reject } of this.#pending.splice(0)) reject(endedBefore(command));
      },
    );
  }

  /** Reads `length` bytes of guest-physical memory. */
  async read(address: number, length: number): Promise<Buffer> {
    const answer = await this.#ask(`read 0x${address.toString(16)} 0x${length.toString(16)}`);
    return Buffer.from(answer.replace(/^0x/, ''), 'hex');
  }

  /** Writes guest-physical memory. */
  async write(address: number, bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
    await this.#ask(`write 0x${address.toString(16)} 0x${bytes.length.toString(16)} 0x${hex}`);
  }

  /** Reads one register of a device: one access of so many bytes. */
  async readRegister(address: number, width: RegisterWidth): Promise<bigint> {
    return BigInt(await this.#ask(`read${suffixes[width]} 0x${address.toString(16)}`));
  }

  /** Writes one register of a device. */
  async writeRegister(address: number, width: RegisterWidth, value: bigint): Promise<void> {
    await this.#ask(`write${suffixes[width]} 0x${address.toString(16)} 0x${value.toString(16)}`);
  }

  /** Raises and lowers an input pin of a device (a QOM path), as an edge-triggered interrupt does. */
  async pulse(device: string, pin: number): Promise<void> {
    await this.#ask(`set_irq_in ${device} unnamed-gpio-in ${pin} 1`);
    await this.#ask(`set_irq_in ${device} unnamed-gpio-in ${pin} 0`);
  }

  close(): void {
    this.#socket.close();
  }

  #ask(command: string): Promise<string> {
    if (this.#socket.closed) return Promise.reject(endedBefore(command));
    return new Promise((resolve, reject) => {
      this.#pending.push({ command, resolve, reject });
      this.#socket.send(command);
    });
  }

  #onLine(line: string): void {
    const [word, answer = ''] = line.trim().split(' ');
    if (word !== 'OK' && word !== 'FAIL' && word !== 'ERR') return; // an interrupt that was intercepted
    const pending = this.#pending.shift();
    if (word === 'OK') pending?.resolve(answer);
    else pending?.reject(new InfraError(`QEMU refused ${shortened(pending.command)}: ${line.trim()}`));
  }
}
