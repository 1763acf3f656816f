// SPDX-License-Identifier: GPL-2.0-only
// A cache on disk: one folder for each entry, named by its key, shared by all harnesses of the user, on other machines and in
// containers too. An entry is made in a private folder, sealed (manifest.ts) and renamed into place, so every entry that can
// be seen is whole, or damaged in a way that shows. One harness makes an entry while the others wait for it.
//
// Files in the cache's folder besides the entries:
//   .KEY.lock         locked while an entry is made or removed
//   .KEY.part         an entry that is being made, by the holder of the lock
//   .KEY.hold.TAG     keeps an entry as long as the process of .live.TAG runs (life.ts)
//   .trash.RANDOM     an entry that is being removed

import { randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { diskUsage, type DiskUsage } from './disk-usage.ts';
import { endLife, isLiving, ownLife, sweepLives } from './life.ts';
import { lockNextTo, takeLock, tryLock } from './lock.ts';
import { glance, seal, verify } from './manifest.ts';
import { notice } from './notices.ts';
import { removeTree } from './remove-tree.ts';
import { cannotWrite, diskFull, fullDisk } from './write-error.ts';

export interface CacheEntry extends DiskUsage {
  key: string;
  path: string;
  /** Milliseconds since the epoch. */
  lastUsed: number;
}

/** With less than this left of a disk, in bytes, whatever failed while it was written to failed because the disk is full. */
const fullBelow = 16 * 2 ** 20;

/** The cache of one kind of entry: the folder `root`. Keys are file names. */
export class Cache {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** Whether there is an entry, damaged or not. */
  has(key: string): boolean {
    return existsSync(path.join(this.root, key));
  }

  /**
   * The folder of an entry; undefined when there is none, or one that may be damaged: `ensure` looks at it closely. Marks
   * the entry as used now.
   */
  find(key: string): string | undefined {
    const folder = path.join(this.root, key);
    if (!existsSync(folder) || glance(folder) === 'doubtful') return undefined;
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
   * harness is making it, waits for that one. An entry that is damaged is removed, with a notice, and made again; so is one
   * that is not `isUsable`, without a notice. Holds do not keep such an entry: who holds it finds another one in its place.
   * @throws what `make` throws, and leaves nothing then; InfraError when the disk is full.
   */
  async ensure(
    key: string,
    make: (folder: string) => Promise<void>,
    signal?: AbortSignal,
    isUsable: (folder: string) => boolean = () => true,
  ): Promise<string> {
    const present = this.find(key);
    if (present !== undefined && isUsable(present)) return present;
    const folder = path.join(this.root, key);
    const lock = await takeLock(lockNextTo(folder), { what: this.#nameOf(key), signal });
    const part = this.#partOf(key);
    try {
      await this.#discardDamaged(key);
      const found = this.find(key);
      if (found !== undefined && isUsable(found)) return found;
      this.#discard(key);
      removeTree(part);
      mkdirSync(part, { recursive: true });
      await make(part);
      await seal(part);
      renameSync(part, folder);
      await syncFolder(this.root);
      return folder;
    } catch (error) {
      const full = diskFull(error, this.root) ?? (this.#hasNoSpace() ? fullDisk(this.root, error) : undefined);
      removeTree(part);
      throw full ?? error;
    } finally {
      lock.release();
    }
  }

  /** Reads all of an entry. False when there is none, or it was damaged: then it is removed, with a notice. */
  async verify(key: string, signal?: AbortSignal): Promise<boolean> {
    const folder = path.join(this.root, key);
    const lock = await takeLock(lockNextTo(folder), { what: this.#nameOf(key), signal });
    try {
      const damage = existsSync(folder) ? await verify(folder) : undefined;
      if (damage !== undefined) this.#discardAs(key, damage);
      return this.has(key);
    } finally {
      lock.release();
    }
  }

  /** All entries, the least recently used first. What another harness removes meanwhile is not in it. */
  entries(): CacheEntry[] {
    return this.#names()
      .filter((name) => !name.startsWith('.'))
      .flatMap((key) => {
        const folder = path.join(this.root, key);
        const stat = lstatSync(folder, { throwIfNoEntry: false });
        return stat?.isDirectory() === true
          ? [{ key, path: folder, ...diskUsage(folder), lastUsed: stat.mtimeMs }]
          : [];
      })
      .sort((a, b) => a.lastUsed - b.lastUsed);
  }

  /** Removes an entry. False when a running process holds, makes or removes it. */
  remove(key: string): boolean {
    const folder = path.join(this.root, key);
    if (!existsSync(folder)) return true;
    const lock = tryLock(lockNextTo(folder));
    if (lock === undefined) return false;
    let trash: string | undefined;
    try {
      // `hold` writes its file first and looks for the lock file then; here it is the other way around. So one of the two
      // always sees the other.
      if (this.#isHeld(key)) return false;
      trash = this.#toTrash(key);
    } finally {
      lock.release();
    }
    if (trash !== undefined) removeTree(trash);
    return true;
  }

  /**
   * Protects an entry, which may not exist yet, from `shrink` and `remove` in every process until `letGo`, or until this
   * process ends. When it returns, an entry that is there stays there.
   */
  async hold(key: string, signal?: AbortSignal): Promise<void> {
    const folder = path.join(this.root, key);
    const lockFile = lockNextTo(folder);
    try {
      mkdirSync(this.root, { recursive: true });
      writeFileSync(this.#holdFile(key), '');
    } catch (error) {
      throw cannotWrite(this.root, error);
    }
    // It is being removed or looked at closely, perhaps by this process, or the lock file was left by a killed harness.
    if (existsSync(folder) && existsSync(lockFile)) {
      (await takeLock(lockFile, { what: this.#nameOf(key), signal })).release();
    }
  }

  /** Ends the effect of `hold` for one key. */
  letGo(key: string): void {
    rmSync(this.#holdFile(key), { force: true });
  }

  /** Ends the effect of `hold` for all keys of this process. */
  release(): void {
    const names = this.#names();
    if (names.length === 0) return;
    const tag = ownLife(this.root);
    for (const name of names) if (holdOf(name)?.tag === tag) rmSync(path.join(this.root, name), { force: true });
    endLife(this.root);
  }

  /**
   * Removes entries, the least recently used first, until the rest fits into `limit` bytes. Skips what a running process holds.
   */
  shrink(limit: number, entries = this.entries()): CacheEntry[] {
    let total = shareOf(entries);
    const removed: CacheEntry[] = [];
    for (const entry of entries) {
      if (total <= limit) break;
      if (!this.remove(entry.key)) continue;
      total -= entry.share;
      removed.push(entry);
    }
    return removed;
  }

  /** Removes what harnesses that were killed left: parts, trash, holds and locks. Returns the paths of the parts and the trash. */
  sweep(): string[] {
    const names = this.#names();
    const removed: string[] = [];
    for (const name of names) {
      const place = path.join(this.root, name);
      const hold = holdOf(name);
      if (hold !== undefined && !isLiving(this.root, hold.tag)) rmSync(place, { force: true });
      const [, key, kind] = /^\.(.+)\.(part|lock)$/.exec(name) ?? [];
      if (key !== undefined) {
        const lock = tryLock(lockNextTo(path.join(this.root, key)));
        if (lock === undefined) continue;
        if (kind === 'part' && removeTree(place)) removed.push(place);
        lock.release();
      }
      // The second form is that of versions before locks were files.
      if (/^\.trash\.|\.(part|trash)\.\d+-\d+$/.test(name) && removeTree(place)) removed.push(place);
    }
    sweepLives(this.root);
    return removed;
  }

  /** To be called with the entry's lock held. */
  async #discardDamaged(key: string): Promise<void> {
    const folder = path.join(this.root, key);
    if (!existsSync(folder) || glance(folder) === 'whole') return;
    const damage = await verify(folder);
    if (damage !== undefined) this.#discardAs(key, damage);
  }

  #discardAs(key: string, damage: string): void {
    notice('warning', `${this.#nameOf(key)} in the cache is damaged (${damage}): it is removed and made again`);
    this.#discard(key);
  }

  /** Removes an entry whoever holds it. To be called with its lock held. */
  #discard(key: string): void {
    const trash = this.#toTrash(key);
    if (trash !== undefined) removeTree(trash);
  }

  /** Renames an entry first, so that nobody opens one that is half removed. A QEMU that has its files open keeps them. */
  #toTrash(key: string): string | undefined {
    const trash = path.join(this.root, `.trash.${randomBytes(6).toString('hex')}`);
    try {
      renameSync(path.join(this.root, key), trash);
      return trash;
    } catch {
      return undefined; // it does not exist
    }
  }

  #hasNoSpace(): boolean {
    try {
      const { bavail, bsize } = statfsSync(this.root);
      return bavail * bsize < fullBelow;
    } catch {
      return false;
    }
  }

  /** For the user: `checkpoints/3fa94c…`. */
  #nameOf(key: string): string {
    return path.join(path.basename(this.root), key);
  }

  #partOf(key: string): string {
    return path.join(this.root, `.${key}.part`);
  }

  #holdFile(key: string): string {
    return path.join(this.root, `.${key}.hold.${ownLife(this.root)}`);
  }

  /** Reads the folder for each key: another process may hold it at any time. */
  #isHeld(key: string): boolean {
    return this.#names().some((name) => {
      const hold = holdOf(name);
      return hold?.key === key && isLiving(this.root, hold.tag);
    });
  }

  #names(): string[] {
    try {
      return readdirSync(this.root);
    } catch {
      return [];
    }
  }
}

/** Bytes that removing entries frees. */
export function shareOf(entries: readonly CacheEntry[]): number {
  return entries.reduce((sum, { share }) => sum + share, 0);
}

function holdOf(name: string): { key: string; tag: string } | undefined {
  const [, key, tag] = /^\.(.+)\.hold\.([\w-]+)$/.exec(name) ?? [];
  return key === undefined || tag === undefined ? undefined : { key, tag };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
