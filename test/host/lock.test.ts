// SPDX-License-Identifier: GPL-2.0-only
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { takeLock } from '../../harness/host/lock.ts';
import { anotherProcess, firstLine } from './another-process.ts';

const hold = (name: string): string => `
  import { takeLock } from './harness/host/lock.ts';
  await takeLock(${JSON.stringify(name)});
  console.log('held');
  setInterval(() => undefined, 1000);`;

it('is free again after its release, and others are not held up by it', async () => {
  const name = `free ${process.pid}`;
  const lock = await takeLock(name);
  const other = await takeLock(`${name} another`);
  lock.release();
  (await takeLock(name)).release();
  other.release();
});

it('lets one wait until the other lets go', async () => {
  const name = `wait ${process.pid}`;
  const first = await takeLock(name);
  const order: string[] = [];
  const second = takeLock(name).then((lock) => {
    order.push('second has it');
    lock.release();
  });
  await sleep(120);
  order.push('first lets go');
  first.release();
  await second;
  expect(order).toEqual(['first lets go', 'second has it']);
});

it('lets go when its holder is killed', async () => {
  const name = `killed ${process.pid}`;
  const child = anotherProcess(hold(name));
  expect(await firstLine(child)).toBe('held');
  let taken = false;
  const waiting = takeLock(name).then((lock) => {
    taken = true;
    return lock;
  });
  await sleep(120);
  expect(taken).toBe(false);
  child.kill('SIGKILL');
  (await waiting).release();
});

it('stops to wait when it is called off', async () => {
  const name = `off ${process.pid}`;
  const lock = await takeLock(name);
  const controller = new AbortController();
  const waiting = takeLock(name, controller.signal);
  controller.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
  lock.release();
});
