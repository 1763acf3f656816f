// SPDX-License-Identifier: GPL-2.0-only
// Which pages of a file a process has written: what the kernel says, read. The whole way is in state.test.ts, with a QEMU.
import { expect, it } from 'vitest';
import { type LoadedPage } from '../../harness/machine/migration-stream.ts';
import { deltaOf } from '../../harness/machine/page-delta.ts';
import { differences, differingPages, mappingsOf, ownPages, runsOf } from '../../harness/machine/private-pages.ts';

it('finds every part of a file in /proc/PID/maps, and no other file', () => {
  const maps = [
    '55d0a0000000-55d0a0400000 r--p 00000000 fe:00 131 /usr/bin/qemu-system-x86_64',
    '7f2a00000000-7f2a00400000 rw-p 00000000 fe:00 77                         /var/my cache/ram',
    '7f2a00400000-7f2a00800000 rw-p 00400000 fe:00 77                         /var/my cache/ram',
    '7f2a01000000-7f2a01001000 rw-s 00000000 fe:00 78                         /var/my cache/ram0',
    '7f2a02000000-7f2a02001000 rw-p 00000000 00:00 0 ',
    '',
  ].join('\n');
  expect(mappingsOf(maps, '/var/my cache/ram')).toEqual([
    { address: 0x7f2a_0000_0000, bytes: 0x40_0000, offset: 0, isPrivate: true },
    { address: 0x7f2a_0040_0000, bytes: 0x40_0000, offset: 0x40_0000, isPrivate: true },
  ]);
  expect(mappingsOf(maps, '/var/my cache/ram0')).toMatchObject([{ isPrivate: false }]);
  expect(mappingsOf(maps, '/var/my cache')).toEqual([]);
});

it("tells a process's own pages, in memory or swapped out, from the file's and from untouched ones", () => {
  const entry = (top: number): Buffer => Buffer.from([1, 2, 3, 4, 5, 6, 7, top]);
  const pagemap = [0x00, 0x80, 0xa0, 0x81, 0x40, 0x60, 0x01].map(entry);
  expect(ownPages(Buffer.concat(pagemap))).toEqual([1, 3, 4, 5]);
});

it('reads neighbors and the pages between two at once, not too many', () => {
  expect(runsOf([1, 2, 3, 7, 9, 10, 19, 28, 37, 47])).toEqual([
    [1, 37],
    [47, 1],
  ]);
  expect(runsOf(Array.from({ length: 300 }, (_, page) => page))).toEqual([
    [0, 256],
    [256, 44],
  ]);
});

it('keeps the pages that are not as before, also those that became zero', () => {
  const [a, b, zero] = [Buffer.alloc(4096, 'a'), Buffer.alloc(4096, 'b'), Buffer.alloc(4096)];
  const now = Buffer.concat([a, zero, b, zero]);
  expect(differences('ram', 0x8000, now, Buffer.concat([a, b, zero, zero]))).toEqual([
    { block: 'ram', offset: 0x9000, content: zero, was: b },
    { block: 'ram', offset: 0xa000, content: b, was: zero },
  ]);
});

it('compares a page that was loaded with its content then, not with the file', () => {
  const [a, b] = [Buffer.alloc(4096, 'a'), Buffer.alloc(4096, 'b')];
  const place = (offset: number): { block: string; offset: number } => ({ block: 'ram', offset });
  const loaded = new Map<number, LoadedPage[]>([
    [0x8000, [{ ...place(0x8000), content: b }]],
    [0x9000, [{ ...place(0x9000), content: b }]],
    [0xb000, [{ ...place(0xb000), delta: deltaOf(a, Buffer.from(a).fill('b', 9, 99)) ?? expect.unreachable() }]],
  ]);
  // Loaded and left alone; loaded, and again as in the file; never loaded; changed by a delta and left alone.
  const now = Buffer.concat([b, a, a, Buffer.from(a).fill('b', 9, 99)]);
  expect(differences('ram', 0x8000, now, Buffer.alloc(4 * 4096, 'a'), loaded)).toEqual([
    { ...place(0x9000), content: a, was: b },
  ]);
});

it('refuses a file that a process does not map privately', async () => {
  await expect(differingPages(process.pid, 'ram', import.meta.filename).next()).rejects.toThrow(
    /does not map .* privately/,
  );
});
