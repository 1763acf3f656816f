// SPDX-License-Identifier: GPL-2.0-only
// Short-lived folders (sockets of running guests). Each carries its owner in its name, so that the next start can sweep
// what a killed harness left, its guests first.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { InfraError } from './errors.ts';
import { isAlive, ownerOfTag, ownerTag, ownOwner, processOwner, type Owner } from './owner.ts';
import { scratchRoot } from './places.ts';

const guestFile = 'guest.json';

/** Makes a new folder of ours, mode 0700. */
export function makeScratch(): string {
  const root = scratchRoot();
  mkdirSync(root, { recursive: true, mode: 0o700 });
  // /tmp is everybody's: a folder that somebody else put there in our name is not ours to use.
  if (statSync(root).uid !== process.getuid?.()) throw new InfraError(`${root} belongs to somebody else`);
  const folder = mkdtempSync(path.join(root, 'g'));
  const named = `${folder}-${ownerTag(ownOwner())}`;
  mkdirSync(named, { mode: 0o700 });
  rmSync(folder, { recursive: true });
  return named;
}

/** Notes which process lives in a scratch folder; the sweep ends it with its folder. */
export function noteGuest(folder: string, pid: number): void {
  const owner = processOwner(pid);
  if (owner !== undefined) writeFileSync(path.join(folder, guestFile), JSON.stringify(owner));
}

/** Removes the scratch folders of dead harnesses and ends guests that outlived them. Returns a line for each. */
export function sweepScratch(): string[] {
  const root = scratchRoot();
  if (!existsSync(root)) return [];
  const done: string[] = [];
  for (const name of readdirSync(root)) {
    if (isAlive(ownerOfTag(name))) continue;
    const folder = path.join(root, name);
    const guest = guestOf(folder);
    if (guest !== undefined && isAlive(guest)) {
      process.kill(guest.pid, 'SIGKILL');
      done.push(`ended guest ${guest.pid} of a harness that is gone`);
    }
    rmSync(folder, { recursive: true, force: true });
    done.push(`removed ${folder}`);
  }
  return done;
}

function guestOf(folder: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, guestFile), 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}
