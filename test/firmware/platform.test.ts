// SPDX-License-Identifier: GPL-2.0-only
// The platform against a window in memory: what a guest that keeps the rules gets, and that one that breaks them all
// gets an error status and stops nobody.

import { describe, expect, test } from 'vitest';
import { commandStatus, offsets, sourceAt, u64 } from '../../harness/firmware/mailbox.ts';
import { Platform, RecordNotTaken } from '../../harness/firmware/platform.ts';
import { windowBytes } from '../../harness/machine/argv.ts';
import { TestWindow } from './test-window.ts';

const execute = 0xe1;
const trigger = 0xe2;
const page = 0x1_0000_3000;

function bench(): { guest: TestWindow; platform: Platform; ring: (...bytes: number[]) => Promise<void> } {
  const guest = new TestWindow();
  const platform = new Platform(guest);
  const ring = (...bytes: number[]): Promise<void> => {
    platform.ring(Uint8Array.from(bytes));
    return platform.settled();
  };
  return { guest, platform, ring };
}

describe('an injection', () => {
  test('is planted by the first ring and fired by the second', async () => {
    const { guest, platform, ring } = bench();
    guest.ask(0x10, BigInt(page));
    await ring(execute);
    expect([guest.busy, guest.status]).toEqual([0n, BigInt(commandStatus.success)]);
    expect(platform.planted).toEqual([{ kind: 'uncorrected', address: page, lsb: 12 }]);
    expect(guest.told).toEqual([]);
    await ring(trigger);
    expect(guest.told).toEqual(['nmi']);
    expect(guest.records[0]?.readBigUInt64LE(20 + 64 + 16)).toBe(BigInt(page));
    expect(platform.planted).toEqual([]);
    expect(platform.history.map(({ event }) => event)).toEqual(['planted', 'fired']);
  });

  test('that is corrected comes by the interrupt, a fatal one by NMI', async () => {
    const { guest, ring } = bench();
    guest.ask(0x8, BigInt(page));
    await ring(execute, trigger);
    guest.ask(0x20, BigInt(page));
    await ring(execute, trigger);
    expect(guest.told).toEqual(['pin 7', 'nmi']);
    expect(guest.records.map((record) => record.readUInt32LE(16))).toEqual([2, 1]);
  });

  test('that makes no sense gets `invalid`, is over, and cannot be fired', async () => {
    const { guest, platform, ring } = bench();
    guest.ask(0x10, 0x8000_0000n);
    await ring(execute, trigger);
    expect([guest.busy, guest.status]).toEqual([0n, BigInt(commandStatus.invalid)]);
    expect(guest.told).toEqual([]);
    expect(platform.history.map(({ event }) => event)).toEqual(['refused', 'not fired']);
  });

  test('can be taken out again before it fires', async () => {
    const { guest, platform, ring } = bench();
    guest.ask(0x10, BigInt(page));
    await ring(execute);
    expect(platform.removePlanted(page)).toBe(true);
    await ring(trigger);
    expect(guest.told).toEqual([]);
    expect(platform.removePlanted(page)).toBe(false);
  });
});

describe('a record', () => {
  test('waits until the last one is taken', async () => {
    const { guest, platform } = bench();
    guest.takes = false;
    const first = platform.report('nmi', [{ address: page, lsb: 12 }], { withinMs: 5000 });
    const second = platform.report('nmi', [{ address: page + 4096, lsb: 12 }], { withinMs: 5000 });
    while (guest.told.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(guest.told).toHaveLength(1);
    // Freed, but not acknowledged: it is still the guest's.
    guest.window.fill(0, sourceAt('nmi').block, sourceAt('nmi').block + 4);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(guest.told).toHaveLength(1);
    guest.takes = true;
    guest.take('nmi');
    expect([(await first).errors, (await second).errors]).toEqual([1, 1]);
    expect(guest.records.map((record) => Number(record.readBigUInt64LE(20 + 64 + 16)))).toEqual([page, page + 4096]);
  });

  test('that is never taken is said to be so, and the other sources still work', async () => {
    const { guest, platform } = bench();
    guest.takes = false;
    await expect(platform.report('nmi', [{ address: page, lsb: 12 }], { withinMs: 20 })).rejects.toThrow(
      RecordNotTaken,
    );
    guest.takes = true;
    const { source } = await platform.report('sci', [{ address: page, lsb: 12 }], { withinMs: 5000 });
    expect(source).toBe('sci');
    expect(guest.told).toEqual(['nmi', 'pin 6']);
  });

  test('of a guest that is gone ends with the reason', async () => {
    const { guest, platform, ring } = bench();
    guest.broken = true;
    await expect(platform.report('nmi', [{ address: page, lsb: 12 }], { withinMs: 50 })).rejects.toThrow('QEMU ended');
    await ring(execute);
    expect(platform.history.at(-1)).toEqual({ event: 'failed', why: 'QEMU ended' });
  });
});

describe('a hostile guest', () => {
  /** A small generator, so that a failure can be repeated. */
  function random(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
  }

  test('that rings without end is answered a bounded number of times', async () => {
    const { guest, platform } = bench();
    for (let flood = 0; flood < 100; flood++) platform.ring(new Uint8Array(65_536).fill(execute));
    await platform.settled();
    expect(platform.ringsLost).toBeGreaterThan(100 * 65_536 - 200);
    expect(platform.history.length).toBeLessThan(200);
    guest.ask(0x10, BigInt(page));
    platform.ring(Uint8Array.of(execute));
    await platform.settled();
    expect(guest.status).toBe(0n);
  });

  test.each([1, 2, 3, 4])('with random bytes in window and port (seed %i) gets a status each time', async (seed) => {
    const { guest, platform } = bench();
    const next = random(seed);
    for (let round = 0; round < 400; round++) {
      const length = 1 + next(64);
      const at = next(2) === 0 ? next(0x100) : next(windowBytes - length);
      for (let index = 0; index < length; index++) guest.window[at + index] = next(256);
      // The blocks are left clean, or every trigger would rightly wait for the guest to take a record.
      for (const source of ['nmi', 'interrupt'] as const) {
        guest.window.fill(0, sourceAt(source).block, sourceAt(source).block + 4);
      }
      guest.window.set(u64(1), offsets.busy);
      guest.window.set(u64(0xee), offsets.status);
      platform.ring(Uint8Array.from([next(256), execute, next(2) === 0 ? trigger : next(256)]));
      await platform.settled();
      expect(guest.busy).toBe(0n);
      expect([0n, 1n, 2n]).toContain(guest.status);
    }
    expect(platform.planted.every(({ address }) => address >= 0x1_0000_0000 && address < 0x1_4000_0000)).toBe(true);
    expect(platform.history.length).toBeLessThanOrEqual(1000);
  });

  test('that plants more than anybody needs is refused with `failure`', async () => {
    const { guest, platform, ring } = bench();
    for (let index = 0; index <= 4096; index++) {
      guest.ask(0x10, BigInt(0x1_0000_0000 + index * 4096));
      await ring(execute);
    }
    expect(guest.status).toBe(BigInt(commandStatus.failure));
    expect(platform.planted).toHaveLength(4096);
  });

  test('that scribbles over a record while it is written only harms itself', async () => {
    const { guest, platform } = bench();
    guest.window.fill(0xff, sourceAt('nmi').block, sourceAt('nmi').block + 64);
    guest.takes = false;
    await expect(platform.report('nmi', [{ address: page, lsb: 12 }], { withinMs: 20 })).rejects.toThrow(
      RecordNotTaken,
    );
  });
});
