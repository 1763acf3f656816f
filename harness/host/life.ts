// SPDX-License-Identifier: GPL-2.0-only
// Which processes that use a folder still run. Each has a file there that it keeps locked (lock.ts) as long as it lives;
// pids would mean nothing to a process in another pid namespace.

import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { describeHolder, makeLocked, tryLock, type Lock } from './lock.ts';

/** `PID-RANDOM`: the pid is for people. */
const tagPattern = /^\d+-[0-9a-f]{12}$/;

/** A life file before it is locked. */
const newPrefix = '.new-live.';

/** A process needs milliseconds to lock a new file; one that is older was left by a process that was killed. Milliseconds. */
const newLast = 60_000;

const own = new Map<string, { tag: string; lock: Lock }>();

/** The tag of this process in a folder. Its life file is made and locked if that is not done yet. */
export function ownLife(folder: string): string {
  const known = own.get(folder);
  if (known !== undefined && existsSync(lifeFile(folder, known.tag))) return known.tag;
  const tag = `${process.pid}-${randomBytes(6).toString('hex')}`;
  const lock = makeLocked(lifeFile(folder, tag), path.join(folder, `${newPrefix}${tag}`));
  if (own.size === 0) process.once('exit', endLives);
  own.set(folder, { tag, lock });
  return tag;
}

/** The tag in the end of a file's name, such as `fresh-TAG`; the whole name when there is none, which nobody has as a tag. */
export function tagOf(name: string): string {
  return /\d+-[0-9a-f]{12}$/.exec(name)?.[0] ?? name;
}

/** Whether the process with this tag still runs. */
export function isLiving(folder: string, tag: string): boolean {
  if (!tagPattern.test(tag)) return false;
  if (own.get(folder)?.tag === tag) return true;
  const file = lifeFile(folder, tag);
  if (!existsSync(file)) return false;
  const lock = tryLock(file);
  lock?.release();
  return lock === undefined;
}

/** Which process has a tag, for people: `process 12 on host since 14:18:57 (hazmat run ...)`. */
export function describeLife(folder: string, tag: string): string {
  return describeHolder(lifeFile(folder, tag));
}

/** Whether another process that runs uses the folder. */
export function isUsed(folder: string): boolean {
  const mine = own.get(folder)?.tag;
  return livesIn(folder).some((tag) => tag !== mine && isLiving(folder, tag));
}

/** This process no longer uses the folder. */
export function endLife(folder: string): void {
  own.get(folder)?.lock.release();
  own.delete(folder);
}

/** Removes the life files of processes that have ended. */
export function sweepLives(folder: string): void {
  for (const tag of livesIn(folder)) {
    // Asking whether a dead one lives removes its file.
    isLiving(folder, tag);
  }
  for (const name of namesIn(folder).filter((one) => one.startsWith(newPrefix))) {
    const file = path.join(folder, name);
    const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    if (Date.now() - made > newLast) rmSync(file, { force: true });
  }
}

function livesIn(folder: string): string[] {
  return namesIn(folder).flatMap((name) => /^\.live\.(.+)$/.exec(name)?.slice(1) ?? []);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // there is no such folder
  }
}

function lifeFile(folder: string, tag: string): string {
  return path.join(folder, `.live.${tag}`);
}

function endLives(): void {
  for (const folder of [...own.keys()]) endLife(folder);
}
