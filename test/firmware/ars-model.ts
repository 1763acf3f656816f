// SPDX-License-Identifier: GPL-2.0-only
// What the `ars` firmware must answer, byte for byte, told by sets of bad units and integers without a limit: nothing of
// how the AML does it. Where the DIMMs are is as in platform.asl.

import type { PoisonRange } from './ars-store.ts';

const gibi = 2n ** 30n;
const unit = 256n;
const maxRecords = 254;
/** As many ranges as can be injected; the rest is for those that clearing splits. */
const maxInjected = 127;

export const platform = [
  { base: 4n * gibi, size: gibi },
  { base: 5n * gibi, size: gibi },
] as const;

interface Range {
  slot: number;
  /** Units from the DIMM's start: [first, end). */
  first: bigint;
  end: bigint;
}

export class ArsModel {
  readonly #bad: Set<bigint>[] = platform.map(() => new Set<bigint>());
  #scrub: { range: Range; type: number } | undefined;

  /** The bad ranges of a slot, in bytes. */
  poison(slot: number): PoisonRange[] {
    return runs(this.#bad[slot] ?? new Set()).map(([first, count]) => ({
      offset: Number(first * unit),
      length: Number(count * unit),
    }));
  }

  /** As if the host had written the store. */
  preset(slot: number, ranges: readonly PoisonRange[]): void {
    for (const { offset, length } of ranges) {
      for (let at = BigInt(offset); at < BigInt(offset + length); at += unit) this.#bad[slot]?.add(at / unit);
    }
  }

  /** The answer to a function of the bus _DSM with an input of one buffer. */
  answer(func: number, input: Buffer): Buffer {
    const given = Buffer.concat([input, Buffer.alloc(24)]).subarray(0, 24);
    const address = given.readBigUInt64LE(0);
    const length = func === 5 ? 1n : given.readBigUInt64LE(8);
    const range = locate(address, length);
    const result = (bytes: number, status: number): Buffer => {
      const reply = Buffer.alloc(bytes);
      reply.writeUInt32LE(status);
      return reply;
    };
    switch (func) {
      case 0:
        return Buffer.from([0xbf, 0x03]);
      case 1: {
        if (range === undefined) return result(16, 2);
        const reply = result(16, 2 << 16);
        reply.writeUInt32LE(32768, 4);
        reply.writeUInt32LE(256, 8);
        return reply;
      }
      case 2:
        if (range === undefined) return result(8, 2);
        this.#scrub = { range, type: given.readUInt16LE(16) };
        return result(8, 0);
      case 3:
        return this.#scrubStatus();
      case 4: {
        if (range === undefined || address % unit !== 0n || length % unit !== 0n) return result(16, 2);
        if (!this.#change(range, false)) return result(16, 3);
        const reply = result(16, 0);
        reply.writeBigUInt64LE(length, 8);
        return reply;
      }
      case 5: {
        if (range === undefined) return result(36, 2);
        const reply = result(36, 0);
        reply.writeBigUInt64LE(unit, 8);
        reply.writeUInt32LE(1, 16);
        reply.writeUInt32LE(range.slot + 1, 20);
        reply.writeBigUInt64LE(address - (platform[range.slot]?.base ?? 0n), 28);
        return reply;
      }
      case 7:
      case 8:
        return result(4, range !== undefined && this.#change(range, func === 7) ? 0 : 2);
      case 9: {
        const records = this.#bad.flatMap((bad, slot) => runs(bad).map(([first, count]) => spa(slot, first, count)));
        const head = result(8, 0);
        head.writeUInt32LE(records.length, 4);
        return Buffer.concat([head, ...records]);
      }
      default:
        return result(4, 1);
    }
  }

  #change({ slot, first, end }: Range, poison: boolean): boolean {
    const next = new Set(this.#bad[slot]);
    for (let at = first; at < end; at++) {
      if (poison) next.add(at);
      else next.delete(at);
    }
    const [before, after] = [runs(this.#bad[slot] ?? new Set()).length, runs(next).length];
    if (after > maxRecords || (poison && after > maxInjected && after > before)) return false;
    this.#bad[slot] = next;
    return true;
  }

  #scrubStatus(): Buffer {
    const head = Buffer.alloc(48);
    if (this.#scrub === undefined) {
      head.writeUInt32LE(2 << 16);
      head.writeUInt32LE(48, 4);
      return head;
    }
    const { range, type } = this.#scrub;
    const records = runs(this.#bad[range.slot] ?? new Set())
      .filter(([first, count]) => first < range.end && first + count > range.first)
      .map(([first, count]) => {
        const handle = Buffer.alloc(8);
        handle.writeUInt32LE(range.slot + 1);
        return Buffer.concat([handle, spa(range.slot, first, count)]);
      });
    head.writeUInt32LE(48 + 24 * records.length, 4);
    spa(range.slot, range.first, range.end - range.first).copy(head, 8);
    head.writeUInt16LE(type, 40);
    head.writeUInt32LE(records.length, 44);
    return Buffer.concat([head, ...records]);
  }
}

/** The DIMM and its units that a range of physical addresses reaches into. */
function locate(address: bigint, length: bigint): Range | undefined {
  if (length === 0n) return undefined;
  const [first, end] = [address / unit, (address + length + unit - 1n) / unit];
  const slot = platform.findIndex(({ base, size }) => first * unit >= base && end * unit <= base + size);
  const base = (platform[slot]?.base ?? 0n) / unit;
  return slot < 0 ? undefined : { slot, first: first - base, end: end - base };
}

/** Neighboring units as [first, count], in order. */
function runs(units: ReadonlySet<bigint>): [bigint, bigint][] {
  const found: [bigint, bigint][] = [];
  for (const at of [...units].sort((a, b) => (a < b ? -1 : 1))) {
    const last = found.at(-1);
    if (last !== undefined && last[0] + last[1] === at) last[1]++;
    else found.push([at, 1n]);
  }
  return found;
}

/** Address and length in bytes, 8 bytes each. */
function spa(slot: number, first: bigint, count: bigint): Buffer {
  const record = Buffer.alloc(16);
  record.writeBigUInt64LE((platform[slot]?.base ?? 0n) + first * unit);
  record.writeBigUInt64LE(count * unit, 8);
  return record;
}
