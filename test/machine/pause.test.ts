// SPDX-License-Identifier: GPL-2.0-only
// Pausing a real QEMU, whose BIOS runs.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { goOn, goOnThrough, inTurn, whilePaused } from '../../harness/machine/pause.ts';
import { queryStatus } from '../../harness/machine/queries.ts';
import { biosQemu } from './bare-qemu.ts';

it('pauses the guest for the work, and lets it run afterwards', async () => {
  const qemu = await biosQemu();
  expect(await whilePaused(qemu, () => queryStatus(qemu))).toBe('paused');
  expect(await queryStatus(qemu)).toBe('running');
});

it('lets the guest run when the work fails', async () => {
  const qemu = await biosQemu();
  await expect(whilePaused(qemu, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await queryStatus(qemu)).toBe('running');
});

it('does one piece of work at a time, in the order in which they were asked for', async () => {
  const qemu = await biosQemu();
  const order: string[] = [];
  const work = (name: string, ms: number) => async (): Promise<void> => {
    order.push(`${name} begins`);
    await sleep(ms);
    order.push(`${name} ends`);
  };
  const failing = inTurn(qemu, () => Promise.reject(new Error('no')));
  const slow = whilePaused(qemu, work('slow', 50));
  const quick = whilePaused(qemu, work('quick', 0));
  await expect(failing).rejects.toThrow('no');
  await Promise.all([slow, quick]);
  expect(order).toEqual(['slow begins', 'slow ends', 'quick begins', 'quick ends']);
});

it('resumes through a debugger once there is one', async () => {
  const qemu = await biosQemu('-S');
  let asked = 0;
  goOnThrough(qemu, async () => {
    asked++;
    await qemu.qmp.execute('cont');
  });
  await goOn(qemu);
  await whilePaused(qemu, () => Promise.resolve());
  expect(asked).toBe(2);
  expect(await queryStatus(qemu)).toBe('running');
});
