// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { readDecodedLine } from '../../../harness/kernel/lines/decoded-line.ts';

it('reads rows with the file of their heading, statements, views and ends', () => {
  const text = `
x.elf:     file format elf64-x86-64

Contents of the .debug_line section:

dm-linear.c:
File name                            Line number    Starting address    View    Stmt
dm-linear.c                                  127           0x1000010               x
dm-linear.c                                  128           0x1000019       1

/src/include/linux/blkdev.h:
blkdev.h                                     852           0x1000032       1       x
blkdev.h                                       -           0x1000040
`;
  expect(readDecodedLine(text)).toEqual([
    { address: 0x1000010n, file: 'dm-linear.c', line: 127, statement: true },
    { address: 0x1000019n, file: 'dm-linear.c', line: 128, statement: false },
    { address: 0x1000032n, file: '/src/include/linux/blkdev.h', line: 852, statement: true },
    { address: 0x1000040n, file: undefined, line: 0, statement: false },
  ]);
});
