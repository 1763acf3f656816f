// SPDX-License-Identifier: GPL-2.0-only
// A folder of finished things by key, shared safely by any number of harnesses. A thing is made in a private folder and
// renamed into place, so what can be seen is whole; one harness makes a thing while the others wait for it.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { takeLock } from './lock.ts';
import { isAlive, ownerOfTag, ownerTag, ownOwner, type Owner } from './owner.ts';
import { sectorBytes } from './page.ts';
import { diskFull } from './write-error.ts';

export interface CacheEntry {
  key: string;
  path: string;
  /** Bytes on disk, holes not counted. */
  bytes: number;
  /** As `bytes`, a file that others have links to counted in part: over a whole cache, what it really takes. */
  share: number;
  /** Milliseconds since the epoch. */
  lastUsed: number;
}

/** One kind of cached things below the cache root. Keys are file names. */
export class Cache {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** The folder of a finished thing, or undefined. Marks it as just used. */
  find(key: string): string | undefined {
    const folder = path.join(this.root, key);
    if (!existsSync(folder)) return undefined;
    try {
      const now = new Date();
      utimesSync(folder, now, now);
    } catch {
      return undefined; // it was evicted in between
    }
    return folder;
  }

  /**
   * The folder of the thing with this key, made by `make` in an empty folder when it is not there yet.
   * A failed `make` leaves nothing. If another live harness is making it, waits for that one.
   */
  async ensure(key: string, make: (folder: string) => Promise<void>, signal?: AbortSignal): Promise<string> {
    const present = this.find(key);
    if (present !== undefined) return present;
    const lock = await takeLock(path.join(this.root, key), signal);
    const part = path.join(this.root, `.${key}.part.${ownerTag(ownOwner())}`);
    try {
      const found = this.find(key);
      if (found !== undefined) return found;
      mkdirSync(part, { recursive: true });
      await make(part);
      renameSync(part, path.join(this.root, key));
      return path.join(this.root, key);
    } catch (error) {
      rmSync(part, { recursive: true, force: true });
      throw diskFull(error, this.root) ?? error;
    } finally {
      lock.release();
    }
  }

  /** Every finished thing, least recently used first. */
  entries(): CacheEntry[] {
    return this.#names()
      .filter((name) => !name.startsWith('.'))
      .map((key) => {
        const folder = path.join(this.root, key);
        return { key, path: folder, ...sizeBelow(folder), lastUsed: statSync(folder).mtimeMs };
      })
      .sort((a, b) => a.lastUsed - b.lastUsed);
  }

  remove(key: string): void {
    // Renamed first: nobody can open a half-removed thing, and a QEMU that already holds its files keeps them.
    const trash = path.join(this.root, `.${key}.trash.${ownerTag(ownOwner())}`);
    try {
      renameSync(path.join(this.root, key), trash);
    } catch {
      return; // somebody else was faster
    }
    rmSync(trash, { recursive: true, force: true });
  }

  /** Says that this process goes on using the thing of this key, there or not yet: `shrink` leaves it, whoever calls that. */
  hold(key: string): void {
    mkdirSync(this.root, { recursive: true });
    writeFileSync(this.#holdFile(key, ownOwner()), '');
  }

  /** Takes `hold` back. */
  letGo(key: string): void {
    rmSync(this.#holdFile(key, ownOwner()), { force: true });
  }

  /** Takes back all that this process said with `hold`. */
  release(): void {
    for (const name of this.#names()) {
      if (name.endsWith(`.hold.${ownerTag(ownOwner())}`)) rmSync(path.join(this.root, name), { force: true });
    }
  }

  /** Removes the least recently used things until the rest fits into `bytes`; what a live process holds is left. */
  shrink(bytes: number): CacheEntry[] {
    const entries = this.entries();
    let total = entries.reduce((sum, entry) => sum + entry.share, 0);
    const removed: CacheEntry[] = [];
    for (const entry of entries) {
      if (total <= bytes) break;
      if (this.#isHeld(entry.key)) continue;
      this.remove(entry.key);
      total -= entry.share;
      removed.push(entry);
    }
    return removed;
  }

  /** Removes what dead harnesses left: unfinished parts, trash, holds. Returns what was removed, but for holds. */
  sweep(): string[] {
    for (const name of this.#names()) {
      if (/^\..+\.hold\.\d+-\d+$/.test(name) && !isAlive(ownerOfTag(name))) {
        rmSync(path.join(this.root, name), { force: true });
      }
    }
    return this.#names()
      .filter((name) => /^\..+\.(part|trash)\.\d+-\d+$/.test(name) && !isAlive(ownerOfTag(name)))
      .map((name) => {
        const folder = path.join(this.root, name);
        rmSync(folder, { recursive: true, force: true });
        return folder;
      });
  }

  #holdFile(key: string, owner: Owner): string {
    return path.join(this.root, `.${key}.hold.${ownerTag(owner)}`);
  }

  /** Looked at anew for each key: a hold may come at any time. */
  #isHeld(key: string): boolean {
    return this.#names().some((name) => name.startsWith(`.${key}.hold.`) && isAlive(ownerOfTag(name)));
  }

  #names(): string[] {
    return existsSync(this.root) ? readdirSync(this.root) : [];
  }
}

function sizeBelow(folder: string): { bytes: number; share: number } {
  const size = { bytes: 0, share: 0 };
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const stat = statSync(path.join(entry.parentPath, entry.name), { throwIfNoEntry: false });
    if (stat === undefined) continue;
    size.bytes += stat.blocks * sectorBytes;
    size.share += (stat.blocks * sectorBytes) / stat.nlink;
  }
  return size;
}
