// SPDX-License-Identifier: GPL-2.0-only
// QEMU's debugger stub (GDB's remote serial protocol), as far as watching memory and breakpoints need it. It has a unix socket of its
// own, and is started when it is first used. Once it is attached, the guest is resumed through it.

import type { Socket } from 'node:net';
import { InfraError } from '../host/errors.ts';
import { goOnThrough, inTurn } from './pause.ts';
import type { QemuHandle } from './qemu-handle.ts';

/** A watched access. The guest is stopped right after it. */
export interface WatchHit {
  kind: 'read' | 'write';
  /** Start of the watched range; not the address of the access. */
  address: bigint;
  /** QEMU's cpu-index. */
  cpu: number;
}

/** x86-64 registers by their number in GDB's target description (QEMU's gdb-xml/i386-64bit.xml). */
const registers = {
  rax: 0,
  rbx: 1,
  rcx: 2,
  rdx: 3,
  rsi: 4,
  rdi: 5,
  rbp: 6,
  rsp: 7,
  r8: 8,
  r9: 9,
  r10: 10,
  r11: 11,
  r12: 12,
  r13: 13,
  r14: 14,
  r15: 15,
  rip: 16,
} as const;
export type RegisterName = keyof typeof registers;

/** Types of the Z and z packets. A software breakpoint is an INT3 that QEMU writes under KVM; TCG keeps a list, and changes no code. */
const watchTypes = { write: 2, read: 3 } as const;
const breakpointType = 0;

/** How long an answer may take, milliseconds. */
const answerMs = 20_000;

const attached = new WeakMap<QemuHandle, Promise<Gdb>>();

/** An attached debugger stub. Its methods throw an InfraError when the stub refuses, does not answer, or QEMU has ended. */
export class Gdb {
  readonly #qemu: QemuHandle;
  readonly #socket: Socket;
  readonly #pending: ((answer: string) => void)[] = [];
  #received = '';
  #onHit: ((hit: WatchHit) => void) | undefined;
  #onBreakpoint: ((cpu: number) => void) | undefined;

  private constructor(qemu: QemuHandle, socket: Socket) {
    this.#qemu = qemu;
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (data: string) => this.#take(data));
    socket.on('error', () => socket.destroy());
    goOnThrough(qemu, () => this.#resume());
  }

  /** The stub of this QEMU, attached by the first call. Must not be called by work that has the guest (pause.ts). */
  static attach(qemu: QemuHandle): Promise<Gdb> {
    return Gdb.#attached(qemu, 'running');
  }

  /** The same of a guest that is paused, and stays so. */
  static attachPaused(qemu: QemuHandle): Promise<Gdb> {
    return Gdb.#attached(qemu, 'paused');
  }

  static #attached(qemu: QemuHandle, afterwards: 'running' | 'paused'): Promise<Gdb> {
    const known = attached.get(qemu);
    if (known !== undefined) return known;
    const made = inTurn(qemu, async () => {
      // Connecting to the stub stops the guest. It is stopped here first, so that nobody waits for that stop.
      await qemu.qmp.execute('stop');
      const path = qemu.socketPath('gdb.sock');
      const said = await qemu.qmp.monitor(`gdbserver unix:${path},server=on,wait=off`);
      if (!/waiting for gdb connection/i.test(said))
        throw new InfraError(`QEMU did not start its debugger stub: ${said.trim()}`);
      const gdb = new Gdb(qemu, await qemu.connect({ path }));
      // Single registers can be read only after the target description was (gdbstub.c:handle_get_reg, 7.2).
      await gdb.#ask('qXfer:features:read:target.xml:0,40');
      if (afterwards === 'running') await gdb.#resume();
      return gdb;
    });
    attached.set(qemu, made);
    return made;
  }

  /** Sets what is called after a watched access. The guest is stopped until it is resumed. */
  onHit(listener: (hit: WatchHit) => void): void {
    this.#onHit = listener;
  }

  /** Watches a range of virtual addresses, on every CPU and in every address space. The guest must be paused. */
  async watch(kind: WatchHit['kind'], address: bigint, length: number): Promise<void> {
    await this.#done(`Z${watchTypes[kind]},${address.toString(16)},${length.toString(16)}`);
  }

  /** Removes a watch. The guest must be paused. */
  async unwatch(kind: WatchHit['kind'], address: bigint, length: number): Promise<void> {
    await this.#done(`z${watchTypes[kind]},${address.toString(16)},${length.toString(16)}`);
  }

  /** Sets what is called with the CPU, by QEMU's cpu-index, that has met a breakpoint. The guest is stopped until it is resumed. */
  onBreakpoint(listener: (cpu: number) => void): void {
    this.#onBreakpoint = listener;
  }

  /** Sets breakpoints on kernel code. The guest must be paused. @returns those that the stub refused: nothing is mapped there */
  async setBreakpoints(addresses: readonly bigint[]): Promise<bigint[]> {
    return this.#refused('Z', addresses);
  }

  /** Removes breakpoints. The guest must be paused. @returns those that the stub refused: other code is there by now */
  async removeBreakpoints(addresses: readonly bigint[]): Promise<bigint[]> {
    return this.#refused('z', addresses);
  }

  async #refused(packet: 'Z' | 'z', addresses: readonly bigint[]): Promise<bigint[]> {
    // All are sent before the first answer comes; the answers come in order.
    const answers = await Promise.all(
      addresses.map((address) => this.#ask(`${packet}${breakpointType},${address.toString(16)},1`)),
    );
    return addresses.filter((_, index) => answers[index] !== 'OK');
  }

  /** Reads a register of a CPU of a paused guest. */
  async register(cpu: number, name: RegisterName): Promise<bigint> {
    await this.#done(`Hg${(cpu + 1).toString(16)}`);
    const hex = await this.#ask(`p${registers[name].toString(16)}`);
    if (!/^[0-9a-f]{16}$/.test(hex)) throw new InfraError(`QEMU's debugger stub has no ${name}: ${hex || 'no answer'}`);
    return Buffer.from(hex, 'hex').readBigUInt64LE();
  }

  /** Writes a register of a CPU of a paused guest. */
  async setRegister(cpu: number, name: RegisterName, value: bigint): Promise<void> {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
    await this.#done(`Hg${(cpu + 1).toString(16)}`);
    await this.#done(`P${registers[name].toString(16)}=${bytes.toString('hex')}`);
  }

  /** Reads memory by the page tables of a CPU of a paused guest; undefined when the address is not mapped. */
  async memory(cpu: number, address: bigint, length: number): Promise<Buffer | undefined> {
    await this.#done(`Hg${(cpu + 1).toString(16)}`);
    const hex = await this.#ask(`m${address.toString(16)},${length.toString(16)}`);
    return hex.startsWith('E') ? undefined : Buffer.from(hex, 'hex');
  }

  /** Resumes the guest, and waits until it runs: a `stop` sent before that would be executed first, and then undone. */
  async #resume(): Promise<void> {
    const qmp = this.#qemu.qmp;
    let off = (): void => undefined;
    const going = new Promise<void>((resolve) => {
      off = qmp.onEvent(({ event }) => {
        if (event === 'RESUME') resolve();
      });
    });
    this.#send('c');
    await this.#inTime('go on', going).finally(off);
  }

  async #done(packet: string): Promise<void> {
    const answer = await this.#ask(packet);
    if (answer !== 'OK') throw new InfraError(`QEMU's debugger stub answered ${packet} with ${answer || 'nothing'}`);
  }

  #ask(packet: string): Promise<string> {
    const answer = new Promise<string>((resolve) => this.#pending.push(resolve));
    this.#send(packet);
    return this.#inTime(packet, answer);
  }

  async #inTime<T>(what: string, answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const fail = (): void => reject(new InfraError(`QEMU's debugger stub does not answer ${what}`));
      timer = setTimeout(fail, answerMs);
      void this.#qemu.exited.then(fail);
    });
    late.catch(() => undefined);
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }

  #send(packet: string): void {
    this.#socket.write(frame(packet));
  }

  #take(data: string): void {
    this.#received += data;
    for (;;) {
      const packet = /\$([^#]*)#../.exec(this.#received);
      if (packet === null) return;
      this.#received = this.#received.slice(packet.index + packet[0].length);
      this.#socket.write('+');
      const body = packet[1] ?? '';
      // Stop replies come unasked; everything else is an answer.
      if (!/^[TSWX]/.test(body)) {
        this.#pending.shift()?.(body);
        continue;
      }
      const hit = parseStop(body);
      if (hit !== undefined) this.#onHit?.(hit);
      const cpu = parseBreakpoint(body);
      if (cpu !== undefined) this.#onBreakpoint?.(cpu);
    }
  }
}

/** A packet on the wire. */
export function frame(packet: string): string {
  const sum = Buffer.from(packet, 'latin1').reduce((total, byte) => (total + byte) & 0xff, 0);
  return `$${packet}#${sum.toString(16).padStart(2, '0')}`;
}

/** Reads a stop reply; undefined when the stop was not by a watchpoint. */
export function parseStop(body: string): WatchHit | undefined {
  const found = /^T05thread:(?:p[0-9a-f]+\.)?([0-9a-f]+);(r|a|)watch:([0-9a-f]+);/.exec(body);
  if (found === null) return undefined;
  const [, thread = '', kind, address = ''] = found;
  return {
    kind: kind === '' ? 'write' : 'read',
    address: BigInt(`0x${address}`),
    cpu: Number.parseInt(thread, 16) - 1,
  };
}

/** Reads a stop reply: the CPU that has met a breakpoint; undefined when the stop was none of a breakpoint. */
export function parseBreakpoint(body: string): number | undefined {
  const thread = /^T05thread:(?:p[0-9a-f]+\.)?([0-9a-f]+);$/.exec(body)?.[1];
  return thread === undefined ? undefined : Number.parseInt(thread, 16) - 1;
}
