// SPDX-License-Identifier: GPL-2.0-only
// The head of a bzImage, for tests.

/** The head of a bzImage with a version string (Documentation/arch/x86/boot.rst). */
export function bzImage(banner: string): Buffer {
  const image = Buffer.alloc(0x4000);
  image.write('HdrS', 0x202);
  image.writeUInt16LE(0x3000, 0x20e);
  image.write(`${banner}\0`, 0x3200);
  return image;
}
