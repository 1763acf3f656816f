// SPDX-License-Identifier: GPL-2.0-only
// QEMU's log of translated instructions, as spans of code.
// cspell:ignore movabsq nopl retq

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readInAsm } from '../../harness/guest/in-asm-log.ts';
import { temporaryFolder } from '../host/temporary.ts';

const first = `----------------
IN:
0xffffffff81000100:  48 89 e5                 movq     %rsp, %rbp
0xffffffff81000103:  48 b8 00 00 00 00 00 00  movabsq  $0, %rax
0xffffffff8100010b:  00 00
0xffffffff8100010d:  c3                       retq

----------------
IN:
0x00007f0000001000:  90                       nop
0xffffffff81000200:  0f 0b                    ud2
`;
const second = `----------------
IN:
0xffffffff81000100:  48 89 e5                 movq     %rsp, %rbp
`;

function log(text: string): string {
  const file = path.join(temporaryFolder(), 'executed.log');
  writeFileSync(file, text);
  return file;
}

it('reads the code of the kernel, the rest of a long instruction included', async () => {
  expect(await readInAsm(log(first), [0])).toEqual([[0x81000100, 0x8100010e, 0x81000200, 0x81000202]]);
});

it('reads it in parts', async () => {
  expect(await readInAsm(log(first + second), [0, first.length])).toEqual([
    [0x81000100, 0x8100010e, 0x81000200, 0x81000202],
    [0x81000100, 0x81000103],
  ]);
  expect(await readInAsm(log(first), [0, first.length])).toHaveLength(2);
});

it('reads a log that is longer than what is read at a time', async () => {
  const line = (at: number): string =>
    `0xffffffff${(0x81000000 + at * 4).toString(16)}:  0f 1f 40 00              nopl     (%rax)\n`;
  const text = Array.from({ length: 40_000 }, (_none, index) => line(index * 2)).join('');
  const [spans = []] = await readInAsm(log(text), [0]);
  expect(spans).toHaveLength(80_000);
  expect(spans.slice(-2)).toEqual([0x81000000 + 79_998 * 4, 0x81000000 + 79_999 * 4]);
});

it('leaves out a line that is not whole, and a log that there is not', async () => {
  expect(await readInAsm(log(second.slice(0, -10)), [0])).toEqual([[]]);
  expect(await readInAsm('/nonexistent/executed.log', [0, 10])).toEqual([[], []]);
});
