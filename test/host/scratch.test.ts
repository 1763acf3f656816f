// SPDX-License-Identifier: GPL-2.0-only
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { scratchRoot } from '../../harness/host/places.ts';
import { makeScratch, scratchFolders, sweepScratch } from '../../harness/host/scratch.ts';
import { anotherProcess, firstLine } from './another-process.ts';
import { isGone } from './is-gone.ts';
import { temporaryFolder } from './temporary.ts';

beforeEach(() => void vi.stubEnv('TMPDIR', temporaryFolder()));
afterEach(() => void vi.unstubAllEnvs());

/** A process whose command line is that of a guest with its sockets in a folder, as far as it is looked at. */
function sleepingGuest(folder: string, program = 'qemu-system-x86_64'): ChildProcess & { pid: number } {
  const argv = ['-c', 'read line', 'sh', '-qmp', `unix:${folder}/qmp.sock`];
  const child = spawn('sh', argv, { argv0: program, stdio: ['pipe', 'ignore', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error('sh did not start');
  return Object.assign(child, { pid: child.pid });
}

it('makes folders that only we can look into', () => {
  const [one, two] = [makeScratch(), makeScratch()];
  expect(one).not.toBe(two);
  expect(statSync(one).mode & 0o777).toBe(0o700);
  expect(statSync(scratchRoot()).mode & 0o777).toBe(0o700);
  expect(scratchFolders('running').sort()).toEqual([one, two].sort());
  expect(scratchFolders('ended')).toEqual([]);
});

it('leaves the folders and guests of running harnesses alone', () => {
  const folder = makeScratch();
  const guest = sleepingGuest(folder);
  expect(sweepScratch()).toEqual([]);
  expect(existsSync(folder)).toBe(true);
  expect(isGone(guest.pid)).toBe(false);
});

it('sweeps nothing where nothing is', () => expect(sweepScratch()).toEqual([]));

it('ends the guest of a harness that was killed, and removes its folder', async () => {
  const child = anotherProcess(
    `import { makeScratch } from './harness/host/scratch.ts';
    console.log(makeScratch());
    setInterval(() => undefined, 1000);`,
    { TMPDIR: process.env.TMPDIR ?? '' },
  );
  const folder = await firstLine(child);
  const guest = sleepingGuest(folder);
  const ended = once(guest, 'exit');
  expect(sweepScratch()).toEqual([]);
  child.kill('SIGKILL');
  await child;
  expect(sweepScratch()).toEqual([`ended guest ${guest.pid} of a harness that has ended`, `removed ${folder}`]);
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(readdirSync(scratchRoot())).toEqual([]);
});

it('ends no other program that has such a folder on its command line, and no guest in another folder', () => {
  const folder = path.join(scratchRoot(), 'gX-1234-0123456789ab');
  mkdirSync(folder, { recursive: true });
  const [reader, guest] = [sleepingGuest(folder, 'less'), sleepingGuest(`${folder}c`)];
  expect(sweepScratch()).toEqual([`removed ${folder}`]);
  expect([isGone(reader.pid), isGone(guest.pid)]).toEqual([false, false]);
});
