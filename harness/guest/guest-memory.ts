// SPDX-License-Identifier: GPL-2.0-only
// The memory of saved guests that QEMU maps from files: RAM, NVDIMMs, what CXL devices keep. A checkpoint has it packed, which
// takes a third of the space for RAM and next to none for the struct pages of a namespace. QEMU needs it unpacked, so it is in a cache of
// its own as long as there is room: what was used last. An entry is named by the id of its checkpoint, which never comes back,
// so it never has the memory of another one.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Cache } from '../host/cache.ts';
import { sealOf } from '../host/manifest.ts';
import { runProgram } from '../host/program.ts';

/** Of the folder of a checkpoint: where its memory is while it is made, and what becomes of it. */
const names = { unpacked: 'memory', packed: 'memory.tar.zst' } as const;

/** Level 1 takes as long as to write the pages, and makes no more than a tenth more bytes than level 3. */
const packer = 'zstd --quiet -1';

/** The folder of a checkpoint's memory while it is made. */
export function newMemory(checkpoint: string): string {
  const folder = path.join(checkpoint, names.unpacked);
  mkdirSync(folder, { recursive: true });
  return folder;
}

export class GuestMemory {
  readonly cache: Cache;

  /** @param root folder of the cache */
  constructor(root: string) {
    this.cache = new Cache(root);
  }

  /** Where QEMU finds the memory of the checkpoint with an id. */
  folderOf(id: string): string {
    return path.join(this.cache.root, id);
  }

  /**
   * Packs the memory of a checkpoint that is being made in a folder, and keeps it unpacked, too. Nothing to do for one without memory of its
   * own.
   */
  async pack(checkpoint: string, id: string): Promise<void> {
    const unpacked = path.join(checkpoint, names.unpacked);
    if (!existsSync(unpacked)) return;
    const files = readdirSync(unpacked);
    if (files.length > 0) {
      const packed = path.join(checkpoint, names.packed);
      await runProgram([
        'tar',
        '--create',
        `--use-compress-program=${packer}`,
        '--sparse',
        '--file',
        packed,
        '-C',
        unpacked,
        '--',
        ...files,
      ]);
      await this.cache.ensure(id, (folder) => {
        for (const file of files) renameSync(path.join(unpacked, file), path.join(folder, file));
        return Promise.resolve();
      });
    }
    rmSync(unpacked, { recursive: true });
  }

  /** Unpacks the memory of a checkpoint in a folder, if it has some and it is not there any more. Returns whether it had to be unpacked. */
  async unpack(checkpoint: string, id: string, signal?: AbortSignal): Promise<boolean> {
    const packed = path.join(checkpoint, names.packed);
    if (!existsSync(packed)) return false;
    let unpacked = false;
    await this.cache.ensure(
      id,
      async (folder) => {
        unpacked = true;
        const argv = [
          'tar',
          '--extract',
          '--use-compress-program=zstd',
          '--no-same-owner',
          '--file',
          packed,
          '-C',
          folder,
        ];
        await runProgram(argv, { signal });
      },
      signal,
    );
    return unpacked;
  }

  /** Tells the unpacked memory of a checkpoint from one that was unpacked later. */
  sealOf(id: string): string {
    return sealOf(this.folderOf(id));
  }

  /** Whether QEMU can map the memory of a checkpoint in a folder: it is unpacked, and undamaged as far as `glance` sees (manifest.ts). */
  isReady(checkpoint: string, id: string): boolean {
    return !existsSync(path.join(checkpoint, names.packed)) || this.cache.find(id) !== undefined;
  }
}
