// SPDX-License-Identifier: GPL-2.0-only
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { isAlive, ownerTag, processOwner } from '../../harness/host/owner.ts';
import { scratchRoot } from '../../harness/host/places.ts';
import { makeScratch, noteGuest, sweepScratch } from '../../harness/host/scratch.ts';
import { anotherProcess, firstLine } from './another-process.ts';
import { temporaryFolder } from './temporary.ts';

beforeEach(() => void vi.stubEnv('TMPDIR', temporaryFolder()));
afterEach(() => void vi.unstubAllEnvs());

function sleepingGuest(): ChildProcess & { pid: number } {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error('sleep did not start');
  return Object.assign(child, { pid: child.pid });
}

it('makes folders that only we can look into', () => {
  const [one, two] = [makeScratch(), makeScratch()];
  expect(one).not.toBe(two);
  expect(statSync(one).mode & 0o777).toBe(0o700);
  expect(statSync(scratchRoot()).mode & 0o777).toBe(0o700);
  expect(readdirSync(scratchRoot()).sort()).toEqual([one, two].map((folder) => path.basename(folder)).sort());
});

it('leaves the folders and guests of live harnesses alone', () => {
  const guest = sleepingGuest();
  const folder = makeScratch();
  noteGuest(folder, guest.pid);
  expect(sweepScratch()).toEqual([]);
  expect(existsSync(folder)).toBe(true);
  expect(processOwner(guest.pid)).toBeDefined();
});

it('sweeps nothing where nothing is', () => expect(sweepScratch()).toEqual([]));

it('ends the guest of a harness that was killed, and removes its folder', async () => {
  const guest = sleepingGuest();
  const ended = once(guest, 'exit');
  const child = anotherProcess(
    `import { makeScratch, noteGuest } from './harness/host/scratch.ts';
    const folder = makeScratch();
    noteGuest(folder, ${guest.pid});
    console.log(folder);
    setInterval(() => undefined, 1000);`,
    { TMPDIR: process.env.TMPDIR ?? '' },
  );
  const folder = await firstLine(child);
  expect(sweepScratch()).toEqual([]);
  child.kill('SIGKILL');
  await child;
  expect(sweepScratch()).toEqual([`ended guest ${guest.pid} of a harness that has ended`, `removed ${folder}`]);
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(readdirSync(scratchRoot())).toEqual([]);
});

it('ends nobody who merely got the pid of a guest', () => {
  const innocent = sleepingGuest();
  mkdirSync(path.join(scratchRoot(), 'gX-999999999-1'), { recursive: true });
  const owner = { pid: innocent.pid, startTime: '1' };
  writeFileSync(path.join(scratchRoot(), 'gX-999999999-1', 'guest'), ownerTag(owner));
  expect(sweepScratch()).toHaveLength(1);
  const now = processOwner(innocent.pid);
  expect(now !== undefined && isAlive(now)).toBe(true);
});
