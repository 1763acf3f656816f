// SPDX-License-Identifier: GPL-2.0-only
// Poison that stays dormant in a guest until something loads it: watchpoints on every known address of its mappings. A load
// raises an action-required machine check on the CPU that made it; a store by the kernel through the direct map is the
// recovery, and removes the poison.

import { pageBytes, pageShift } from '../host/page.ts';
import type { BoundGuest } from '../guest/live-guest.ts';
import { Gdb, type WatchHit } from '../machine/gdb.ts';
import { goOn, inTurn, whilePaused } from '../machine/pause.ts';
import type { QemuHandle } from '../machine/qemu-handle.ts';
import { physicalOf, vcpuState, vcpus } from '../machine/vcpu.ts';
import { loadsBefore, longestLoad } from './load-instruction.ts';
import { raise } from './mce-gate.ts';

/** Vector of the page fault, and the size of a gate. */
const pageFault = 14;
const gateBytes = 16;

interface Watch {
  kind: WatchHit['kind'];
  address: bigint;
}

/** One poisoned page. */
export interface DormantPage {
  /** Guest-physical. */
  physical: number;
  watches: Watch[];
  /** How often it was consumed. */
  consumed: number;
}

const hosts = new WeakMap<QemuHandle, Promise<Dormant>>();

/** The dormant poison of one guest. */
export class Dormant {
  readonly #guest: BoundGuest;
  readonly #gdb: Gdb;
  readonly #pages = new Map<number, DormantPage>();
  /** An error outside of any call; the next call throws it. */
  #failed: Error | undefined;

  private constructor(guest: BoundGuest, gdb: Gdb) {
    this.#guest = guest;
    this.#gdb = gdb;
    gdb.onHit((hit) => {
      inTurn(guest.qemu, () => this.#hit(hit)).catch((error: unknown) => {
        if (guest.qemu.exit === undefined && error instanceof Error) this.#failed ??= error;
      });
    });
  }

  static of(guest: BoundGuest): Promise<Dormant> {
    const known = hosts.get(guest.qemu);
    if (known !== undefined) return known;
    const made = Gdb.attach(guest.qemu).then((gdb) => new Dormant(guest, gdb));
    hosts.set(guest.qemu, made);
    return made;
  }

  page(physical: number): DormantPage | undefined {
    this.#throwIfFailed();
    return this.#pages.get(physical);
  }

  /** Poisons a page: loads at `loads` consume it; a store at `recovery`, its address in the direct map, removes it. */
  async add(physical: number, loads: readonly bigint[], recovery: bigint): Promise<void> {
    this.#throwIfFailed();
    await this.remove(physical);
    const watches: Watch[] = [...new Set([...loads, recovery])].map((address) => ({ kind: 'read', address }));
    watches.push({ kind: 'write', address: recovery });
    await whilePaused(this.#guest.qemu, async () => {
      for (const watch of watches)
        if (!this.#isWatched(watch)) await this.#gdb.watch(watch.kind, watch.address, pageBytes);
      this.#pages.set(physical, { physical, watches, consumed: 0 });
    });
  }

  /** Removes the poison; false when there is none. */
  async remove(physical: number): Promise<boolean> {
    this.#throwIfFailed();
    const page = this.#pages.get(physical);
    if (page === undefined) return false;
    await whilePaused(this.#guest.qemu, () => this.#forget(page));
    return true;
  }

  /** Two processes may map two pages at the same address. */
  #isWatched({ kind, address }: Watch): boolean {
    return [...this.#pages.values()].some(({ watches }) =>
      watches.some((watch) => watch.kind === kind && watch.address === address),
    );
  }

  async #forget(page: DormantPage): Promise<void> {
    this.#pages.delete(page.physical);
    for (const watch of page.watches) {
      if (!this.#isWatched(watch)) await this.#gdb.unwatch(watch.kind, watch.address, pageBytes);
    }
  }

  #throwIfFailed(): void {
    if (this.#failed !== undefined) throw this.#failed;
  }

  async #hit({ kind, address, cpu }: WatchHit): Promise<void> {
    const { qemu } = this.#guest;
    try {
      const physical = await physicalOf(qemu, address, cpu);
      const page = physical === undefined ? undefined : this.#pages.get(physical);
      // Another process has something else at this address.
      if (page === undefined) return;
      if (kind === 'write') {
        await this.#forget(page);
        return;
      }
      const vcpu = (await vcpus(qemu)).find(({ index }) => index === cpu);
      if (vcpu === undefined) return;
      if (await this.#faulted(cpu)) return;
      await this.#takeBack(cpu, address);
      // The CPU has run since its last machine check, or it could not have made this load: it need not be paced.
      await raise(qemu, { kind: 'srar', address: page.physical, lsb: pageShift }, vcpu);
      page.consumed++;
    } finally {
      await goOn(qemu);
    }
  }

  /**
   * Whether the instruction that made the load could not be completed, for its store met a page fault: it will be made
   * again, and only that counts. QEMU has brought the CPU to the fault's handler by then.
   */
  async #faulted(cpu: number): Promise<boolean> {
    const { idt, rip } = await vcpuState(this.#guest.qemu, cpu);
    const gate = await this.#gdb.memory(cpu, idt + BigInt(pageFault * gateBytes), gateBytes);
    return gate !== undefined && gateTarget(gate) === rip;
  }

  /**
   * QEMU stops after the access; a CPU meets poison before it. A string move that is under way is set back by the one
   * element that it has moved, so that what the kernel counts as copied ends exactly at the poison. After another load of
   * the kernel's the CPU is set back to that instruction: by its address, and by what stands there, the kernel knows a copy
   * from user memory that it can recover from (arch/x86/kernel/cpu/mce/severity.c:error_context, is_copy_from_user, 6.12).
   */
  async #takeBack(cpu: number, address: bigint): Promise<void> {
    const rip = await this.#gdb.register(cpu, 'rip');
    const code = await this.#gdb.memory(cpu, rip, 3);
    const size = code === undefined ? undefined : stringMove(code);
    if (size === undefined) {
      await this.#setBackLoad(cpu, rip, address);
      return;
    }
    const rsi = await this.#gdb.register(cpu, 'rsi');
    const moved = rsi - BigInt(size);
    if (moved < address || moved >= address + BigInt(pageBytes)) return;
    await this.#gdb.setRegister(cpu, 'rsi', moved);
    await this.#gdb.setRegister(cpu, 'rdi', (await this.#gdb.register(cpu, 'rdi')) - BigInt(size));
    await this.#gdb.setRegister(cpu, 'rcx', (await this.#gdb.register(cpu, 'rcx')) + 1n);
  }

  async #setBackLoad(cpu: number, rip: bigint, page: bigint): Promise<void> {
    if ((await vcpuState(this.#guest.qemu, cpu)).cpl !== 0) return;
    const before = await this.#gdb.memory(cpu, rip - BigInt(longestLoad), longestLoad);
    if (before === undefined) return;
    for (const load of loadsBefore(before)) {
      const { base } = load;
      // The load may have overwritten the register with the address.
      const isInPage =
        base === undefined || base === load.into
          ? true
          : isWithin((await this.#gdb.register(cpu, base)) + load.displacement, page);
      if (!isInPage) continue;
      await this.#gdb.setRegister(cpu, 'rip', rip - BigInt(load.length));
      return;
    }
  }
}

function isWithin(address: bigint, page: bigint): boolean {
  const low = BigInt.asUintN(64, address);
  return low >= page && low < page + BigInt(pageBytes);
}

/** The handler of a gate of the interrupt descriptor table (SDM volume 3, "64-Bit Mode IDT"). */
export function gateTarget(gate: Buffer): bigint {
  const low = gate.readUInt16LE(0) | (gate.readUInt16LE(6) << 16);
  return (BigInt(gate.readUInt32LE(8)) << 32n) | BigInt(low >>> 0);
}

/** Bytes that each round of a repeated string move copies, or undefined for other instructions. */
export function stringMove(code: Uint8Array): number | undefined {
  const [first, second, third] = code;
  if (first !== 0xf3) return undefined;
  if (second === 0xa4) return 1;
  if (second === 0xa5) return 4;
  return second === 0x48 && third === 0xa5 ? 8 : undefined;
}
