// SPDX-License-Identifier: GPL-2.0-only

import { expect, test } from 'vitest';
import { parseRegisters } from '../../harness/machine/vcpu.ts';

const text = `
CPU#1
RAX=0000000000000000 RBX=ffff9d8c01234567 RCX=0000000000000001 RDX=0000000000000000
RIP=00000000004014a2 RFL=00000246 [---Z-P-] CPL=3 II=0 A20=1 SMM=0 HLT=0
CS =0033 0000000000000000 ffffffff 00a0fb00 DPL=3 CS64 [-RA]
GDT=     fffffe000004b000 0000007f
IDT=     fffffe0000000000 00000fff
CR0=80050033 CR2=00007fe33fb44128 CR3=000000001a2b3806 CR4=00773ef0
`;

test('privilege, halt, instruction pointer and interrupt table', () => {
  expect(parseRegisters(text)).toEqual({ cpl: 3, halted: false, rip: 0x4014a2n, idt: 0xfffffe0000000000n });
  expect(parseRegisters(text.replace('CPL=3', 'CPL=0').replace('HLT=0', 'HLT=1'))).toMatchObject({
    cpl: 0,
    halted: true,
  });
});

test('something else is refused', () => {
  expect(() => parseRegisters('unknown command')).toThrow("QEMU's registers have no CPL");
});
