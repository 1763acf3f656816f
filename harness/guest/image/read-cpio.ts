// SPDX-License-Identifier: GPL-2.0-only
// Reads a newc cpio archive (Documentation/driver-api/early-userspace/buffer-format.rst): pure.

import { InfraError } from '../../host/errors.ts';

const headerBytes = 110;
const fileType = 0o170000;
const regular = 0o100000;

/** The regular files of an archive: name to content. @throws InfraError when it is not a newc archive */
export function readCpio(archive: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; ;) {
    const header = archive.toString('latin1', at, at + headerBytes);
    if (!/^070701[0-9A-Fa-f]{104}$/.test(header))
      throw new InfraError(`no newc header at byte ${at} of a cpio archive`);
    // Thirteen fields of eight digits: inode, mode, uid, gid, nlink, mtime, filesize, ..., namesize, check.
    const field = (index: number): number => parseInt(header.slice(6 + 8 * index, 14 + 8 * index), 16);
    const [mode, size, nameSize] = [field(1), field(6), field(11)];
    const nameAt = at + headerBytes;
    const name = archive.toString('utf8', nameAt, nameAt + nameSize - 1);
    if (name === 'TRAILER!!!') return files;
    const dataAt = fourAligned(nameAt + nameSize);
    if (dataAt + size > archive.length) throw new InfraError(`${name} is cut in a cpio archive`);
    if ((mode & fileType) === regular) files.set(name, archive.subarray(dataAt, dataAt + size));
    at = fourAligned(dataAt + size);
  }
}

function fourAligned(offset: number): number {
  return Math.ceil(offset / 4) * 4;
}
