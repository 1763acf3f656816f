// SPDX-License-Identifier: GPL-2.0-only
// A cache on disk: one folder for each entry, named by its key, shared by all harnesses of the user. An entry is made in a
// private folder and renamed into place, so that every entry that can be seen is whole. One harness makes an entry while
// the others wait for it.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { diskUsage, type DiskUsage } from './disk-usage.ts';
import { takeLock } from './lock.ts';
import { isAlive, ownerOfTag, ownerTag, ownOwner, type Owner } from './owner.ts';
import { diskFull } from './write-error.ts';

export interface CacheEntry extends DiskUsage {
  key: string;
  path: string;
  /** Milliseconds since the epoch. */
  lastUsed: number;
}

/** The cache of one kind of entry: the folder `root`. Keys are file names. */
export class Cache {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** The folder of an entry, or undefined. Marks the entry as used now. */
  find(key: string): string | undefined {
    const folder = path.join(this.root, key);
    if (!existsSync(folder)) return undefined;
    try {
      const now = new Date();
      utimesSync(folder, now, now);
    } catch {
      return undefined; // another harness has removed it
    }
    return folder;
  }

  /**
   * The folder of an entry. If there is none yet, `make` fills an empty folder, which becomes the entry. If another
   * harness is making it, waits for that one.
   * @throws what `make` throws, and leaves nothing then; InfraError when the disk is full.
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

  /** All entries, the least recently used first. */
  entries(): CacheEntry[] {
    return this.#names()
      .filter((name) => !name.startsWith('.'))
      .map((key) => {
        const folder = path.join(this.root, key);
        return { key, path: folder, ...diskUsage(folder), lastUsed: statSync(folder).mtimeMs };
      })
      .sort((a, b) => a.lastUsed - b.lastUsed);
  }

  /** Removes an entry, if it exists. */
  remove(key: string): void {
    // Renamed first, so that nobody opens an entry that is half removed. A QEMU that has its files open keeps them.
    const trash = path.join(this.root, `.${key}.trash.${ownerTag(ownOwner())}`);
    try {
      renameSync(path.join(this.root, key), trash);
    } catch {
      return; // it does not exist, or another harness is removing it
    }
    rmSync(trash, { recursive: true, force: true });
  }

  /** Protects an entry, which may not exist yet, from `shrink` in every process until `letGo`, or until this process ends. */
  hold(key: string): void {
    mkdirSync(this.root, { recursive: true });
    writeFileSync(this.#holdFile(key, ownOwner()), '');
  }

  /** Ends the effect of `hold` for one key. */
  letGo(key: string): void {
    rmSync(this.#holdFile(key, ownOwner()), { force: true });
  }

  /** Ends the effect of `hold` for all keys of this process. */
  release(): void {
    for (const name of this.#names()) {
      if (name.endsWith(`.hold.${ownerTag(ownOwner())}`)) rmSync(path.join(this.root, name), { force: true });
    }
  }

  /** Removes entries, the least recently used first, until the rest fits into `bytes`. Skips what a running process holds. */
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

  /** Removes what harnesses that were killed left: parts, trash and holds. Returns the paths of the parts and the trash. */
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

  /** Reads the folder for each key: another process may hold it at any time. */
  #isHeld(key: string): boolean {
    return this.#names().some((name) => name.startsWith(`.${key}.hold.`) && isAlive(ownerOfTag(name)));
  }

  #names(): string[] {
    return existsSync(this.root) ? readdirSync(this.root) : [];
  }
}
