// SPDX-License-Identifier: GPL-2.0-only
// A lock between harnesses: flock(2) on a file. It works across network, pid and mount namespaces, so containers can share a
// cache, and across the names of a folder (symlinks, bind mounts), because it belongs to the inode. The kernel releases it
// when its holder ends, in whatever way, so a lock is never stale.
//
// Node has no flock. A lock belongs to the open file, not to the process that took it: the program flock(1) locks the file
// that this process has opened and passes on to it, and ends. The lock stays until this process closes the file.

import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { InfraError } from './errors.ts';
import { notice } from './notices.ts';
import { cannotWrite } from './write-error.ts';

export interface Lock {
  release(): void;
}

export interface LockOptions {
  /** What is waited for, for the user; the file by default. */
  what?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** A wait is reported after this many seconds, and again every `reportEvery` times as long. */
const waitSeconds = 2;
const reportEvery = 30;

/** flock(1) exits with this code when another holder has the lock. */
const lockedExit = 99;

/** How flock(1) is called; fd 3 is the opened file. */
const flockArgs = ['-E', String(lockedExit), '-x'];

/** Who holds a lock, in the file itself: for people only. */
const holderSchema = z.object({ pid: z.number(), host: z.string(), since: z.string(), command: z.string() });

/**
 * Waits until it has the lock of a file, which is made when it does not exist and removed on release.
 * After 2 s it says what it waits for and who holds it.
 * @throws AbortError when the signal is aborted first; InfraError when the file cannot be made or locked.
 */
export async function takeLock(file: string, { what = file, signal }: LockOptions = {}): Promise<Lock> {
  for (let waits = 0; ;) {
    signal?.throwIfAborted();
    const fd = openLockFile(file);
    try {
      const taken = waits === 0 ? flockNow(fd, file) : await flockWithin(fd, file, signal);
      if (taken && isFileOf(fd, file)) return lockOf(fd, file);
      if (!taken) {
        if (waits % reportEvery === 1) notice('info', `waiting for ${what}: held by ${describeHolder(file)}`);
        waits++;
      }
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    closeSync(fd);
  }
}

/** Takes the lock of a file at once; undefined when another holder has it. @throws InfraError */
export function tryLock(file: string): Lock | undefined {
  for (;;) {
    const fd = openLockFile(file);
    try {
      if (!flockNow(fd, file)) {
        closeSync(fd);
        return undefined;
      }
      if (isFileOf(fd, file)) return lockOf(fd, file);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    closeSync(fd);
  }
}

/**
 * Makes a file that is locked from the moment it has its name, so that nobody who tries the locks of all files of that kind ever holds this
 * one. `temporary`: a name on the same filesystem that nobody else uses. @throws InfraError
 */
export function makeLocked(file: string, temporary: string): Lock {
  const fd = openLockFile(temporary);
  try {
    if (!flockNow(fd, temporary)) throw new InfraError(`${temporary}, a new file, is locked by another process`);
    renameSync(temporary, file);
    return lockOf(fd, file);
  } catch (error) {
    closeSync(fd);
    rmSync(temporary, { force: true });
    throw error instanceof InfraError ? error : cannotWrite(file, error);
  }
}

/** The hidden lock file next to a file or folder, which need not exist. */
export function lockNextTo(place: string): string {
  return path.join(path.dirname(place), `.${path.basename(place)}.lock`);
}

/** Who holds the lock of a file, for people: `process 12 on host since 14:18:57 (hazmat run ...)`. */
export function describeHolder(file: string): string {
  try {
    const { pid, host, since, command } = holderSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return `process ${pid} on ${host} since ${since} (${command})`;
  } catch {
    return 'another process'; // it could not write its name, because the disk is full
  }
}

function openLockFile(file: string): number {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    return openSync(file, 'a+');
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

function lockOf(fd: number, file: string): Lock {
  try {
    ftruncateSync(fd);
    const holder: z.infer<typeof holderSchema> = {
      pid: process.pid,
      host: os.hostname(),
      since: new Date().toTimeString().slice(0, 8),
      command: ['hazmat', ...process.argv.slice(2)].join(' ').slice(0, 100),
    };
    writeSync(fd, JSON.stringify(holder));
  } catch {
    // On a full disk nobody learns who holds the lock; it is held all the same.
  }
  let held = true;
  return {
    release: () => {
      if (!held) return;
      held = false;
      // Removed while it is still locked: whoever opened it before finds that it is no longer the file of this name.
      if (isFileOf(fd, file)) unlinkSync(file);
      closeSync(fd);
    },
  };
}

/** Whether the opened file is still the one that has this name. */
function isFileOf(fd: number, file: string): boolean {
  const now = statSync(file, { throwIfNoEntry: false });
  const opened = fstatSync(fd);
  return now !== undefined && now.ino === opened.ino && now.dev === opened.dev;
}

function flockNow(fd: number, file: string): boolean {
  for (;;) {
    const { status, signal, error, stderr } = spawnSync('flock', [...flockArgs, '-n', '3'], {
      stdio: ['ignore', 'ignore', 'pipe', fd],
      encoding: 'utf8',
    });
    // Ctrl-C in a terminal ends it too; whether this process stops is not decided here.
    if (signal === null) return gotLock(file, status, error, stderr);
  }
}

function flockWithin(fd: number, file: string, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', [...flockArgs, '-w', String(waitSeconds), '3'], {
      stdio: ['ignore', 'ignore', 'pipe', fd],
    });
    let stderr = '';
    child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()));
    const stop = (): void => void child.kill('SIGKILL');
    signal?.addEventListener('abort', stop);
    const ended = (status: number | null, endSignal: NodeJS.Signals | null, error?: Error): void => {
      signal?.removeEventListener('abort', stop);
      try {
        signal?.throwIfAborted();
        resolve(endSignal === null && gotLock(file, status, error, stderr));
      } catch (reason) {
        reject(reason instanceof Error ? reason : new Error(String(reason)));
      }
    };
    child.once('error', (error) => ended(null, null, error));
    child.once('close', (status, endSignal) => ended(status, endSignal));
  });
}

function gotLock(file: string, status: number | null, error: Error | undefined, stderr: string): boolean {
  if (status === 0) return true;
  if (status === lockedExit) return false;
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') {
    throw new InfraError('the program flock is not installed', { hint: 'It is in the Debian package util-linux.' });
  }
  throw new InfraError(`${file} cannot be locked`, { hint: error?.message ?? stderr.trim(), cause: error });
}
