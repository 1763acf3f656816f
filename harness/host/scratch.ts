// SPDX-License-Identifier: GPL-2.0-only
// Short-lived folders for the sockets of running guests. The name of each says which harness owns it, so that the next
// start removes what a killed harness left, after ending its guest.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { writeWholeFile } from './atomic-file.ts';
import { InfraError } from './errors.ts';
import { isAlive, ownerOfTag, ownerTag, ownOwner, processOwner, type Owner } from './owner.ts';
import { scratchRoot } from './places.ts';
import { removeTree } from './remove-tree.ts';

/** The file in a scratch folder that names the guest's process by its tag. */
const guestFile = 'guest';

/** Makes a new folder of mode 0700. @throws InfraError when the folder above it belongs to another user. */
export function makeScratch(): string {
  const root = scratchRoot();
  mkdirSync(root, { recursive: true, mode: 0o700 });
  // Everybody can write to /tmp: another user may have made a folder of this name.
  if (statSync(root).uid !== process.getuid?.()) throw new InfraError(`${root} belongs to another user`);
  const folder = path.join(root, `g${randomBytes(3).toString('hex')}-${ownerTag(ownOwner())}`);
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

/** Records which process uses a scratch folder; `sweepScratch` ends it. */
export function noteGuest(folder: string, pid: number): void {
  const owner = processOwner(pid);
  if (owner !== undefined) writeWholeFile(path.join(folder, guestFile), ownerTag(owner));
}

/** Removes the scratch folders of harnesses that have ended, and ends their guests. Returns a line for each. */
export function sweepScratch(): string[] {
  const root = scratchRoot();
  if (!existsSync(root)) return [];
  const done: string[] = [];
  for (const name of readdirSync(root)) {
    if (isAlive(ownerOfTag(name))) continue;
    const folder = path.join(root, name);
    const guest = guestOf(folder);
    if (guest !== undefined && endGuest(guest)) done.push(`ended guest ${guest.pid} of a harness that has ended`);
    if (removeTree(folder)) done.push(`removed ${folder}`);
  }
  return done;
}

/** False when it has ended by itself, or another harness has ended it. */
function endGuest(guest: Owner): boolean {
  if (!isAlive(guest)) return false;
  try {
    return process.kill(guest.pid, 'SIGKILL');
  } catch {
    return false;
  }
}

function guestOf(folder: string): Owner | undefined {
  try {
    return ownerOfTag(readFileSync(path.join(folder, guestFile), 'utf8'));
  } catch {
    return undefined; // no guest was started in it
  }
}
