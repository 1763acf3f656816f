// SPDX-License-Identifier: GPL-2.0-only
// Reads the kernel's version out of a bzImage: the setup header of the x86 boot protocol
// (Documentation/arch/x86/boot.rst).

import { closeSync, openSync, readSync } from 'node:fs';

const magicAt = 0x202;
const versionAt = 0x20e;
const headerEnd = 0x210;

/**
 * The version string in a bzImage (`6.12.107+deb13-amd64 (…) #1 SMP …`): kernel_version at 0x20e points at it, counted
 * from 0x200. Undefined when the bytes are not a bzImage.
 */
export function bzImageVersion(head: Buffer): string | undefined {
  if (head.length < headerEnd || head.toString('latin1', magicAt, magicAt + 4) !== 'HdrS') return undefined;
  const start = 0x200 + head.readUInt16LE(versionAt);
  const end = head.indexOf(0, start);
  return start === 0x200 || end === -1 ? undefined : head.toString('latin1', start, end);
}

/** The version string of a bzImage file; undefined when it is not one. */
export function readBzImageVersion(file: string): string | undefined {
  const fd = openSync(file, 'r');
  try {
    // The pointer has 16 bits, and the string after it is short.
    const head = Buffer.alloc(0x200 + 0x10000 + 512);
    return bzImageVersion(head.subarray(0, readSync(fd, head, 0, head.length, 0)));
  } finally {
    closeSync(fd);
  }
}

/** The upstream version in a version string. Debian, whose release is an ABI name (6.1.0-56), writes it at the end. */
export function versionOfBanner(banner: string): string {
  const release = banner.split(' ')[0] ?? '';
  const debian = /\bDebian (\d+\.\d+(?:\.\d+)?)(~rc\d+)?-\S+/.exec(banner);
  if (debian !== null) return `${debian[1] ?? ''}${(debian[2] ?? '').replace('~', '-')}`;
  return /^\d+\.\d+(\.\d+)?(-rc\d+)?/.exec(release)?.[0] ?? release;
}
