// SPDX-License-Identifier: GPL-2.0-only
// Short-lived folders for the sockets of running guests. Each has the tag of its harness (life.ts) in its name, so that the
// next start of any harness removes what a killed one left, and ends its guest if that outlived it.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { InfraError } from './errors.ts';
import { isLiving, ownLife, sweepLives, tagOf } from './life.ts';
import { scratchRoot } from './places.ts';
import { removeTree } from './remove-tree.ts';

/** Makes a new folder of mode 0700. @throws InfraError when the folder above it belongs to another user. */
export function makeScratch(): string {
  const root = scratchRoot();
  mkdirSync(root, { recursive: true, mode: 0o700 });
  // Everybody can write to /tmp: another user may have made a folder of this name.
  if (statSync(root).uid !== process.getuid?.()) throw new InfraError(`${root} belongs to another user`);
  const folder = path.join(root, `g${randomBytes(3).toString('hex')}-${ownLife(root)}`);
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

/** The folders of this user's guests: of running harnesses, or of those that have ended. */
export function scratchFolders(of: 'running' | 'ended'): string[] {
  const root = scratchRoot();
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((name) => !name.startsWith('.') && isLiving(root, tagOf(name)) === (of === 'running'))
    .map((name) => path.join(root, name));
}

/** Removes the scratch folders of harnesses that have ended, and ends their guests. Returns a line for each. */
export function sweepScratch(): string[] {
  const done: string[] = [];
  for (const folder of scratchFolders('ended')) {
    for (const pid of guestsOf(folder)) {
      if (endGuest(pid)) done.push(`ended guest ${pid} of a harness that has ended`);
    }
    if (removeTree(folder)) done.push(`removed ${folder}`);
  }
  sweepLives(scratchRoot());
  return done;
}

/**
 * Processes of the guest whose sockets are in a folder: QEMU, or setpriv before it has become QEMU. They are found by their
 * command lines, because a pid that was noted may be that of another process by now, or of another pid namespace.
 */
export function guestsOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const argv = commandLine(pid);
      return argv.slice(0, mostBefore).some(isQemu) && argv.some((word) => word.includes(`${folder}/`));
    })
    .map(Number);
}

/** Words of a command before the name of QEMU: those of setpriv, env and a dynamic loader. */
const mostBefore = 20;

function isQemu(word: string): boolean {
  return /^qemu-system-\w+$/.test(path.basename(word));
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // it has ended
  }
}

/** False when it has ended by itself, or another harness has ended it. */
function endGuest(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
