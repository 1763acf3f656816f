// SPDX-License-Identifier: GPL-2.0-only
// The CPUs of a real QEMU, and the registers of a 64-bit guest as it prints them.
import { expect, test } from 'vitest';
import { isIdle, parseRegisters, physicalOf, threadTimeNs, vcpus, vcpuState } from '../../harness/machine/vcpu.ts';
import { biosQemu } from './bare-qemu.ts';

const text = `
CPU#1
RAX=0000000000000000 RBX=ffff9d8c01234567 RCX=0000000000000001 RDX=0000000000000000
RIP=00000000004014a2 RFL=00000246 [---Z-P-] CPL=3 II=0 A20=1 SMM=0 HLT=0
CS =0033 0000000000000000 ffffffff 00a0fb00 DPL=3 CS64 [-RA]
GDT=     fffffe000004b000 0000007f
IDT=     fffffe0000000000 00000fff
CR0=80050033 CR2=00007fe33fb44128 CR3=000000001a2b3806 CR4=00773ef0
`;

test('privilege, halt, instruction pointer and interrupt table of a 64-bit guest', () => {
  expect(parseRegisters(text)).toEqual({ cpl: 3, halted: false, rip: 0x4014a2n, idt: 0xfffffe0000000000n });
  expect(parseRegisters(text.replace('CPL=3', 'CPL=0').replace('HLT=0', 'HLT=1'))).toMatchObject({
    cpl: 0,
    halted: true,
  });
});

test('something else is refused', () => {
  expect(() => parseRegisters('unknown command')).toThrow("QEMU's registers have no CPL");
});

test('a CPU at its reset vector', async () => {
  const qemu = await biosQemu('-S');
  expect(await vcpuState(qemu, 0)).toEqual({ cpl: 0, halted: false, rip: 0xfff0n, idt: 0n });
  // Without paging an address is its own translation.
  expect(await physicalOf(qemu, 0x1000n, 0)).toBe(0x1000);
});

test('the second CPU waits until the BIOS starts it: idle, and given no time', async () => {
  const qemu = await biosQemu();
  const [first, second] = await vcpus(qemu);
  if (first === undefined || second === undefined) throw new Error('there are two CPUs');
  expect([first.index, second.index]).toEqual([0, 1]);
  // The BIOS finds nothing to boot, and halts between timer ticks.
  const idle = async (cpu: number): Promise<boolean> => isIdle(qemu, await vcpuState(qemu, cpu), cpu);
  await expect.poll(() => idle(1)).toBe(true);
  expect(threadTimeNs(qemu, first.thread)).toBeGreaterThan(0);
  await qemu.stop();
  expect(() => threadTimeNs(qemu, first.thread)).toThrow(`QEMU's thread ${first.thread} has ended`);
});
