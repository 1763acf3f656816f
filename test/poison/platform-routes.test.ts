// SPDX-License-Identifier: GPL-2.0-only
// The routes through the platform firmware, with a platform on a window in memory.

import { describe, expect, it } from 'vitest';
import { sourceAt } from '../../harness/firmware/mailbox.ts';
import { Platform } from '../../harness/firmware/platform.ts';
import { DeadlineExpired } from '../../harness/guest/guest-errors.ts';
import type { BoundGuest } from '../../harness/guest/live-guest.ts';
import { Deadline } from '../../harness/guest/deadline.ts';
import { InfraError } from '../../harness/host/errors.ts';
import { loadMachine } from '../../harness/machine/machine.ts';
import { einj } from '../../harness/poison/einj.ts';
import { ghes } from '../../harness/poison/ghes.ts';
import type { PoisonTarget } from '../../harness/poison/route.ts';
import { TestWindow } from '../firmware/test-window.ts';
import type { Asked } from '../guest/fake-guest.ts';
import { recordedGuest } from './recorded-guest.ts';

function target(page: number): PoisonTarget {
  const physical = 0x1_0000_0000 + page * 4096;
  return {
    base: { device: 'pmem0', offset: page * 4096 },
    length: 4096,
    physical,
    process: undefined,
    mappers: [],
    described: `page ${page}`,
  };
}

interface Bench {
  guest: BoundGuest;
  asked: Asked[];
  window: TestWindow;
  platform: Platform;
  log: { text: string }[];
}

/** `onWrite`: what the guest's kernel does when the route writes to a file. */
let limitMs = 5000;

function bench(onWrite: (path: string, bench: Bench) => void = () => undefined, ...answers: object[]): Bench {
  const { guest: recorded, asked } = recordedGuest(...(answers.length === 0 ? [{}] : answers));
  const window = new TestWindow();
  const platform = new Platform(window);
  const log: { text: string }[] = [];
  const made: Bench = { guest: recorded, asked, window, platform, log };
  const request = async (op: 'write', args: { path: string; data: string }): Promise<unknown> => {
    const reply: unknown = await recorded.request(op, args);
    onWrite(args.path, made);
    return reply;
  };
  made.guest = { request, platform, log, deadline: new Deadline(limitMs) } as unknown as BoundGuest;
  return made;
}

const wanted = { type: 'uncorrected', trigger: true, param2: '0xfffffffffffff000' };

/** What the kernel does at error_inject. */
function kernelInjects(trigger: boolean): (path: string, bench: Bench) => void {
  return (path, { window, platform }) => {
    if (!path.endsWith('/error_inject')) return;
    window.ask(0x10, BigInt(target(3).physical));
    platform.ring(Uint8Array.from(trigger ? [0xe1, 0xe2] : [0xe1]));
  };
}

describe('einj', () => {
  it('writes what the kernel wants, in order, and tells how the platform reported it', async () => {
    const { guest, asked, window } = bench(kernelInjects(true));
    const { how, error } = await einj.inject(guest, target(3), wanted);
    expect(error).toBeUndefined();
    expect(how).toMatch(/^type 0x10 at 0x100003000 & 0xfffffffffffff000: reported by nmi, taken in [\d.]+ ms$/);
    expect(
      asked.map(({ args }) =>
        Object.values(args as object)
          .join(' ')
          .trim(),
      ),
    ).toEqual([
      '/sys/kernel/debug/apei/einj/param1 0x100003000',
      '/sys/kernel/debug/apei/einj/param2 0xfffffffffffff000',
      '/sys/kernel/debug/apei/einj/notrigger 0',
      '/sys/kernel/debug/apei/einj/error_type 0x10',
      '/sys/kernel/debug/apei/einj/error_inject 1',
    ]);
    expect(window.told).toEqual(['nmi']);
  });

  it('tells the kernel’s error, and which file gave it', async () => {
    const { guest } = bench(undefined, {}, {}, {}, { error: 'EINVAL' });
    const { how, error } = await einj.inject(guest, target(3), { ...wanted, type: 0x40 });
    expect({ how, error }).toEqual({
      how: 'type 0x40 at 0x100003000 & 0xfffffffffffff000: writing error_type returned EINVAL',
      error: 'EINVAL',
    });
  });

  it('is an infrastructure error when the kernel reports success and the platform saw nothing', async () => {
    const { guest } = bench();
    await expect(einj.inject(guest, target(3), wanted)).rejects.toThrow(InfraError);
  });

  it('that is not triggered stays planted until it is unpoisoned', async () => {
    const { guest, window, platform } = bench(kernelInjects(false));
    await einj.inject(guest, target(3), { ...wanted, trigger: false });
    expect(platform.planted.map(({ address }) => address)).toEqual([target(3).physical]);
    expect(window.told).toEqual([]);
    expect((await einj.unpoison?.(guest, target(3)))?.error).toBeUndefined();
    expect((await einj.unpoison?.(guest, target(3)))?.error).toBe('no error is planted there');
  });
});

describe('ghes', () => {
  const pages = Array.from({ length: 10 }, (_, page) => target(page));
  const options = { notification: 'sci', severity: 'recoverable', 'record-size': 4, paced: false };

  it('puts as many pages into a record as asked', async () => {
    const { guest, window } = bench();
    const injection = await ghes.injectAll?.(guest, pages, options);
    expect(injection?.how).toMatch(/^10 recoverable in 3 records by sci: all handled/);
    expect(window.records.map((record) => record.readUInt32LE(0) >> 4)).toEqual([4, 4, 2]);
  });

  it('paced, waits for the kernel’s word on every page of a record', async () => {
    const { guest, window, log } = bench();
    const done = ghes.injectAll?.(guest, pages, { ...options, paced: true });
    const said = (page: number): void => {
      log.push({
        text: `Memory failure: 0x${(0x100000 + page).toString(16)}: recovery action for dax page: Recovered`,
      });
    };
    while (window.records.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    for (const page of [0, 1, 2]) said(page);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(window.records).toHaveLength(1);
    for (const page of [3, 4, 5, 6, 7, 8, 9]) said(page);
    await new Promise((resolve) => setTimeout(resolve, 20));
    // The lines of the second record were there before it: they are not its own.
    expect(window.records).toHaveLength(2);
    for (const page of [4, 5, 6, 7]) said(page);
    while (window.records.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    for (const page of [8, 9]) said(page);
    expect((await done)?.error).toBeUndefined();
  });

  it('that the guest never takes is a deadline that expired, not an infrastructure error', async () => {
    limitMs = 20;
    const { guest, window } = bench();
    limitMs = 5000;
    window.takes = false;
    await expect(ghes.injectAll?.(guest, pages, options)).rejects.toThrow(DeadlineExpired);
    expect(window.window.readUInt32LE(sourceAt('sci').block)).not.toBe(0);
  });
});

describe('a machine without the firmware', () => {
  it.each([einj, ghes])('cannot do $name, and the reason is told', (route) => {
    expect(route.missing?.({ machine: loadMachine('one-nvdimm'), accelerator: 'tcg' })).toBe(
      `the firmware of machine one-nvdimm has no ${route.name} (qemu/one-nvdimm.yaml)`,
    );
    expect(route.missing?.({ machine: loadMachine('ras'), accelerator: 'tcg' })).toBeUndefined();
  });
});
