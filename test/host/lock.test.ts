// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { takeLock, tryLock } from '../../harness/host/lock.ts';
import { redirectNotices } from '../../harness/host/notices.ts';
import { anotherProcess, firstLine } from './another-process.ts';
import { temporaryFolder } from './temporary.ts';

const hold = (name: string): string => `
  import { takeLock, tryLock } from './harness/host/lock.ts';
  await takeLock(${JSON.stringify(name)});
  console.log('held');
  setInterval(() => undefined, 1000);`;

it('is free again after its release, and others are not held up by it', async () => {
  const name = path.join(temporaryFolder(), 'free');
  const lock = await takeLock(name);
  const other = await takeLock(`${name}-another`);
  lock.release();
  (await takeLock(name)).release();
  other.release();
});

it('lets one wait until the other lets go', async () => {
  const name = path.join(temporaryFolder(), 'wait');
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
  const name = path.join(temporaryFolder(), 'killed');
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
  const name = path.join(temporaryFolder(), 'off');
  const lock = await takeLock(name);
  const controller = new AbortController();
  const waiting = takeLock(name, { signal: controller.signal });
  controller.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
  lock.release();
});

it('leaves nothing behind, and goes on where a killed holder left its file', () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'not/yet/there');
  tryLock(file)?.release();
  expect(readdirSync(path.dirname(file))).toEqual([]);
  writeFileSync(file, '{"pid":');
  const lock = tryLock(file);
  expect(lock).toBeDefined();
  lock?.release();
  lock?.release();
  expect(existsSync(file)).toBe(false);
});

it('is one lock by whatever name the folder is reached', async () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'real'));
  symlinkSync('real', path.join(folder, 'link'));
  const lock = await takeLock(path.join(folder, 'real/lock'));
  expect(tryLock(path.join(folder, 'link/lock'))).toBeUndefined();
  lock.release();
  const other = tryLock(path.join(folder, 'link/lock'));
  expect(other).toBeDefined();
  other?.release();
});

it('is never had by two at a time, though its file comes and goes', async () => {
  const name = path.join(temporaryFolder(), 'lock');
  let holders = 0;
  let most = 0;
  const use = async (): Promise<void> => {
    for (let round = 0; round < 5; round++) {
      const lock = await takeLock(name);
      most = Math.max(most, ++holders);
      await sleep(1);
      holders--;
      lock.release();
    }
  };
  await Promise.all([use(), use(), use(), use()]);
  expect(most).toBe(1);
  expect(existsSync(name)).toBe(false);
});

it('says after two seconds what it waits for and who has it', async () => {
  const name = path.join(temporaryFolder(), 'lock');
  const notices: string[] = [];
  onTestFinished(redirectNotices((_level, text) => notices.push(text)));
  const child = anotherProcess(hold(name));
  expect(await firstLine(child)).toBe('held');
  const waiting = takeLock(name, { what: 'the apples' });
  await sleep(500);
  expect(notices).toEqual([]);
  await expect.poll(() => notices).toHaveLength(1);
  expect(notices[0]).toMatch(new RegExp(`^waiting for the apples: held by process ${child.pid} on .+ since [0-9:]{8}`));
  child.kill('SIGKILL');
  (await waiting).release();
});
