// SPDX-License-Identifier: GPL-2.0-only
// Packs a folder as a cpio archive for the kernel (Documentation/driver-api/early-userspace/buffer-format.rst), and joins
// several into one initramfs.

import {
  chmodSync,
  closeSync,
  ftruncateSync,
  lstatSync,
  lutimesSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { InfraError } from '../../host/errors.ts';
import { runProgram } from '../../host/program.ts';
import { entriesBelow } from '../../host/walk.ts';

/**
 * Packs everything below a folder, owned by root, in sorted order, with plain modes and times set to the epoch: the same
 * files give the same bytes. Changes modes and times in the folder. Needs no root.
 */
export async function packCpio(folder: string, archive: string): Promise<void> {
  const names = entriesBelow(folder);
  for (const name of names) {
    const file = path.join(folder, name);
    const stat = lstatSync(file);
    // The archive must not depend on who unpacked the files and with which umask. Root needs no setuid programs.
    if (!stat.isSymbolicLink()) chmodSync(file, stat.isDirectory() || (stat.mode & 0o100) !== 0 ? 0o755 : 0o644);
    lutimesSync(file, 0, 0);
  }
  const argv = [
    'cpio',
    '--create',
    '--format=newc',
    '--reproducible',
    '--owner=0:0',
    '--null',
    '--quiet',
    '--file',
    archive,
  ];
  await runProgram(argv, { cwd: folder, input: names.map((name) => `${name}\0`).join('') });
}

/** Joins cpio archives into one file. Each must start at a multiple of four bytes (init/initramfs.c:unpack_to_rootfs, 6.12). */
export function joinCpios(parts: readonly string[], file: string): void {
  const out = openSync(file, 'w');
  try {
    let length = 0;
    for (const part of parts) {
      const bytes = readFileSync(part);
      if (bytes.toString('latin1', 0, 6) !== '070701') throw new InfraError(`${part} is not a newc cpio archive`);
      writeSync(out, bytes, 0, bytes.length, length);
      length = Math.ceil((length + bytes.length) / 4) * 4;
      ftruncateSync(out, length);
    }
  } finally {
    closeSync(out);
  }
}
