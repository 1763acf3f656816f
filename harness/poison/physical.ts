// SPDX-License-Identifier: GPL-2.0-only
// Poison at physical addresses, through the plugin that a guest's QEMU has loaded (qemu/plugin/poison.c): any load, by
// whatever address, of a process or of the kernel, stops its CPU until the machine check is raised.

import { existsSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { InfraError } from '../host/errors.ts';
import { pageBytes, pageShift } from '../host/page.ts';
import type { BoundGuest } from '../guest/live-guest.ts';
import { socketNames } from '../machine/argv.ts';
import type { QemuHandle } from '../machine/qemu-handle.ts';
import { queryMemoryDevices, queryVersion } from '../machine/queries.ts';
import { vcpus, type Vcpu } from '../machine/vcpu.ts';
import { raise } from './mce-gate.ts';

const lineBytes = 64;
/** As the plugin has it (MOST_LINES). */
const mostLines = 4096;

const toPlugin = { setList: 1n, goOn: 2n } as const;
const fromPlugin = { listSet: 1n, loaded: 2n, stored: 3n } as const;
const messageBytes = 40;

/** How long QEMU's main thread may take to raise a machine check, in milliseconds: QEMU itself has failed after that. */
const mostParkMs = 60_000;

/** futex(2) on x86-64, and its operation in pthread_cond_wait (glibc: FUTEX_WAIT_BITSET), without the flags. A mutex uses another. */
const [futexCall, waitBitset, operationMask] = [202, 9, 0x7f];

const hosts = new WeakMap<QemuHandle, Promise<PhysicalPoison>>();
const failures = new WeakMap<QemuHandle, Error>();
const loads = new WeakMap<QemuHandle, KernelLoad[]>();

/** Why a load of poison got no machine check in this guest; undefined when each got its own, or when there was none. */
export function physicalPoisonFailure(qemu: QemuHandle): Error | undefined {
  return failures.get(qemu);
}

/** A load of poison by the kernel. */
export interface KernelLoad {
  /** Address of the instruction, virtual. */
  instruction: bigint;
  /** Guest-physical address of the page. */
  page: number;
}

/** The loads of poison by the kernel of this guest. */
export function kernelLoads(qemu: QemuHandle): readonly KernelLoad[] {
  return loads.get(qemu) ?? [];
}

/** Whether the QEMU of a guest has the plugin. */
export function hasPlugin(qemu: QemuHandle): boolean {
  return existsSync(qemu.socketPath(socketNames.plugin));
}

/** The poison of one guest, by physical address. */
export class PhysicalPoison {
  readonly #qemu: QemuHandle;
  readonly #socket: Socket;
  /** Pages by the line's address as the plugin has it. */
  readonly #lines = new Map<bigint, number>();
  #received = Buffer.alloc(0);
  #listSet: (() => void)[] = [];
  readonly #closed: Promise<void>;
  /** CPUs with a raised machine check that they have not taken. */
  readonly #raising = new Set<number>();
  #known: Promise<Vcpu[]> | undefined;

  private constructor(qemu: QemuHandle, socket: Socket) {
    this.#qemu = qemu;
    this.#socket = socket;
    socket.on('error', () => socket.destroy());
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (data: Buffer) => this.#take(data));
  }

  static of({ qemu }: BoundGuest): Promise<PhysicalPoison> {
    const known = hosts.get(qemu);
    if (known !== undefined) return known;
    const made = qemu.connect('plugin').then((socket) => new PhysicalPoison(qemu, socket));
    hosts.set(qemu, made);
    return made;
  }

  /** Poisons a page of an NVDIMM. */
  async add(physical: number): Promise<void> {
    const first = await pluginAddress(this.#qemu, physical);
    if (!this.#lines.has(first) && this.#lines.size + pageBytes / lineBytes > mostLines)
      throw new InfraError(
        `no more than ${(mostLines * lineBytes) / pageBytes} pages can hold dormant poison at a time`,
      );
    for (let line = 0; line < pageBytes; line += lineBytes) this.#lines.set(first + BigInt(line), physical);
    await this.#send();
  }

  /** Removes the poison; false when there is none. */
  async remove(physical: number): Promise<boolean> {
    const lines = [...this.#lines].filter(([, page]) => page === physical);
    for (const [line] of lines) this.#lines.delete(line);
    await this.#send();
    return lines.length > 0;
  }

  async #send(): Promise<void> {
    const failure = failures.get(this.#qemu);
    if (failure !== undefined) throw failure;
    const words = [toPlugin.setList, BigInt(this.#lines.size), ...this.#lines.keys()];
    const set = new Promise<void>((resolve) => this.#listSet.push(resolve));
    this.#socket.write(Buffer.from(BigUint64Array.from(words).buffer));
    await Promise.race([
      set,
      this.#qemu.exited.then(() => {
        throw new InfraError('QEMU ended before its plugin answered');
      }),
      this.#closed.then(() => {
        throw new InfraError('the plugin in QEMU has closed its connection');
      }),
    ]);
  }

  #take(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data]);
    while (this.#received.length >= messageBytes) {
      const word = (index: number): bigint => this.#received.readBigUInt64LE(index * 8);
      const [kind, cpu, line, instruction] = [word(0), Number(word(1)), word(2), word(4)];
      this.#received = this.#received.subarray(messageBytes);
      if (kind === fromPlugin.listSet) this.#listSet.shift()?.();
      else if (kind === fromPlugin.stored) this.#lines.delete(line);
      else if (kind === fromPlugin.loaded) {
        const page = this.#lines.get(line);
        if (page !== undefined && instruction >> 63n === 1n)
          loads.set(this.#qemu, [...kernelLoads(this.#qemu), { instruction, page }]);
        this.#loaded(cpu, page).catch((error: unknown) => {
          if (this.#qemu.exit === undefined && error instanceof Error && !failures.has(this.#qemu))
            failures.set(this.#qemu, error);
        });
      }
    }
  }

  /** A CPU is stopped at its load; it must be continued exactly once. */
  async #loaded(index: number, page: number | undefined): Promise<void> {
    // Its next load, before it took the raised machine check: that one is enough.
    if (page === undefined || this.#raising.has(index)) {
      this.#goOn();
      return;
    }
    this.#raising.add(index);
    let raised: Promise<void> | undefined;
    try {
      const cpu = (await this.#cpus()).find((one) => one.index === index);
      if (cpu === undefined) throw new InfraError(`QEMU's plugin reported CPU ${index}, which QEMU does not have`);
      raised = raise(this.#qemu, { kind: 'srar', address: page, lsb: pageShift }, cpu);
      raised.catch(() => undefined);
      // QEMU's main thread hands the machine check to the CPU's thread and waits for it; then the CPU may continue.
      await this.#parked();
    } finally {
      this.#goOn();
      await raised?.finally(() => this.#raising.delete(index));
      this.#raising.delete(index);
    }
  }

  /** Asked once: while a CPU is stopped, QEMU's main thread may not answer. */
  #cpus(): Promise<Vcpu[]> {
    return (this.#known ??= vcpus(this.#qemu));
  }

  #goOn(): void {
    this.#socket.write(Buffer.from(BigUint64Array.of(toPlugin.goOn).buffer));
  }

  /** Waits until QEMU's main thread waits for the CPU: it has queued the machine check then (cpus-common.c:do_run_on_cpu, 7.2). */
  async #parked(): Promise<void> {
    const end = performance.now() + mostParkMs;
    while (!waitsForCondition(readFileSync(`/proc/${this.#qemu.pid}/syscall`, 'utf8'))) {
      if (performance.now() > end) throw new InfraError('the main thread of QEMU does not raise the machine check');
      await sleep(1);
    }
  }
}

/**
 * Whether a thread waits for a condition variable, from its /proc/PID/syscall. A wait for a mutex, such as QEMU's big lock, which
 * a busy machine can make long, is none.
 */
export function waitsForCondition(syscall: string): boolean {
  const [call, , operation] = syscall.trim().split(' ').map(Number);
  return call === futexCall && operation !== undefined && (operation & operationMask) === waitBitset;
}

/**
 * The physical address as the plugin sees it: up to QEMU 8.1 an offset in all RAM blocks
 * (plugins/api.c:qemu_plugin_hwaddr_phys_addr, 7.2).
 */
async function pluginAddress(qemu: QemuHandle, physical: number): Promise<bigint> {
  const version = await queryVersion(qemu);
  if (version.major > 8 || (version.major === 8 && version.minor >= 2)) return BigInt(physical);
  const devices = await queryMemoryDevices(qemu);
  const device = devices.find(({ addr, size }) => addr <= physical && physical < addr + size);
  if (device === undefined) throw new InfraError(`0x${physical.toString(16)} is in no NVDIMM`);
  const name = device.memdev.split('/').at(-1) ?? '';
  const offset = ramBlockOffset(await qemu.qmp.monitor('info ramblock'), name);
  if (offset === undefined) throw new InfraError(`QEMU has no RAM block ${name}`);
  return offset + BigInt(physical - device.addr);
}

/** The offset of a block, from the monitor's `info ramblock`. */
export function ramBlockOffset(text: string, name: string): bigint | undefined {
  for (const line of text.split('\n')) {
    const [block = '', , , offset] = line.trim().split(/\s+/);
    if (block.split('/').at(-1) === name && offset !== undefined) return BigInt(offset);
  }
  return undefined;
}
