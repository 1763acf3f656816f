// SPDX-License-Identifier: GPL-2.0-only
// Makes newc cpio archives by hand, for tests that start no program.

const fields = (mode: number, size: number, nameSize: number): number[] => [
  1,
  mode,
  0,
  0,
  1,
  0,
  size,
  0,
  0,
  0,
  0,
  nameSize,
  0,
];

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function entry(name: string, mode: number, content: Buffer): Buffer {
  const header = fields(mode, content.length, name.length + 1)
    .map((value) => value.toString(16).padStart(8, '0'))
    .join('');
  return Buffer.concat([padded(Buffer.from(`070701${header}${name}\0`)), padded(content)]);
}

/** An archive with a folder, and these files in it. */
export function newc(files: Record<string, string>): Buffer {
  return Buffer.concat([
    entry('usr', 0o40755, Buffer.alloc(0)),
    ...Object.entries(files).map(([name, content]) => entry(`usr/${name}`, 0o100644, Buffer.from(content))),
    entry('TRAILER!!!', 0, Buffer.alloc(0)),
  ]);
}
