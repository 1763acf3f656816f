// SPDX-License-Identifier: GPL-2.0-only
// The tables of code that is patched, of an object and of what is linked of it.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runProgram } from '../../../harness/host/program.ts';
import { breakpointsFor, patchSites, type CodePlace } from '../../../harness/kernel/lines/patch-sites.ts';
import { temporaryFolder } from '../../host/temporary.ts';

/** As the compiler and objtool leave it: a static key is a jump or a nop, ftrace a nop, a static call a call or a jump. */
const source = `
.text
traced: .byte 0x0f, 0x1f, 0x44, 0, 0      # 0
key:    .byte 0x66, 0x90                  # 5, before the next one
other:  .byte 0xeb, 0x07                  # 7
        nop                               # 9
call:   .byte 0xe8, 0, 0, 0, 0            # a
        ret                               # f
target: nop                               # 10
tail:   .byte 0xe9, 0, 0, 0, 0            # 11
.section .text.unlikely, "ax"
        nop
cold:   nop                               # 1
.section __jump_table, "a"
.globl __start___jump_table, __stop___jump_table
__start___jump_table:
.long key - ., cold - .
.quad 0
.long other - ., target - .
.quad 0
__stop___jump_table:
.section .static_call_sites, "a"
.globl __start_static_call_sites, __stop_static_call_sites
__start_static_call_sites:
.long call - ., 0, tail - ., 0
__stop_static_call_sites:
.section __mcount_loc, "a"
.globl __start_mcount_loc, __stop_mcount_loc
__start_mcount_loc:
.quad traced
__stop_mcount_loc:
`;

const text = (at: number): CodePlace => ({ section: '.text', at });
const cold: CodePlace = { section: '.text.unlikely', at: 1 };

it.each(['object', 'linked'])('finds where breakpoints may stand: %s', async (kind) => {
  const folder = temporaryFolder();
  const [assembly, object, linked] = ['a.s', 'a.o', 'a'].map((name) => path.join(folder, name));
  if (assembly === undefined || object === undefined || linked === undefined) throw new Error('three names');
  writeFileSync(assembly, source);
  await runProgram(['as', '-o', object, assembly]);
  await runProgram(['ld', '-e', '0', '--unique=.text.unlikely', '-o', linked, object]);
  const sites = await patchSites(kind === 'object' ? object : linked);
  expect(sites.get('.text 5')).toEqual([text(7), cold]);
  expect(sites.get('.text 17')).toEqual([]);

  expect(breakpointsFor(sites, text(9))).toEqual([text(9)]);
  // What ftrace patches is followed by a static key, and that by another: all ways on, and none of the three.
  expect(breakpointsFor(sites, text(0))).toEqual([text(9), text(0x10), cold]);
  expect(breakpointsFor(sites, text(7))).toEqual([text(9), text(0x10)]);
  expect(breakpointsFor(sites, text(0xa))).toEqual([text(0xf)]);
  // A jump to a static call does not come back.
  expect(breakpointsFor(sites, text(0x11))).toEqual([]);
  expect([...sites.keys()].sort()).toEqual(['.text 0', '.text 10', '.text 17', '.text 5', '.text 7']);
});
