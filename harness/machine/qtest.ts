// SPDX-License-Identifier: GPL-2.0-only
// QEMU's test protocol: guest-physical memory and interrupt pins, from outside, whatever the accelerator
// (softmmu/qtest.c, 7.2). A line asks, a line answers, in order.

import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { InfraError } from '../host/errors.ts';

interface Pending {
  command: string;
  resolve: (answer: string) => void;
  reject: (error: Error) => void;
}

export class Qtest {
  readonly #socket: Socket;
  readonly #pending: Pending[] = [];
  #closed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    createInterface({ input: socket })
      .on('line', (line) => this.#onLine(line))
      .on('error', () => undefined);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#closed = true;
      for (const { command, reject } of this.#pending.splice(0)) reject(gone(command));
    });
  }

  /** Reads guest-physical memory. */
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

  /** Raises and lowers an input pin of a device, as an edge-triggered interrupt does. */
  async pulse(device: string, pin: number): Promise<void> {
    await this.#ask(`set_irq_in ${device} unnamed-gpio-in ${pin} 1`);
    await this.#ask(`set_irq_in ${device} unnamed-gpio-in ${pin} 0`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(command: string): Promise<string> {
    if (this.#closed) return Promise.reject(gone(command));
    return new Promise((resolve, reject) => {
      this.#pending.push({ command, resolve, reject });
      this.#socket.write(`${command}\n`);
    });
  }

  #onLine(line: string): void {
    const [word, answer = ''] = line.trim().split(' ');
    if (word !== 'OK' && word !== 'FAIL' && word !== 'ERR') return; // an interrupt that was intercepted
    const pending = this.#pending.shift();
    if (word === 'OK') pending?.resolve(answer);
    else pending?.reject(new InfraError(`QEMU refused ${short(pending.command)}: ${line.trim()}`));
  }
}

function gone(command: string): InfraError {
  return new InfraError(`QEMU ended before it answered ${short(command)}`);
}

function short(command: string): string {
  return command.length > 60 ? `${command.slice(0, 60)}...` : command;
}
