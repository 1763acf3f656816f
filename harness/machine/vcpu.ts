// SPDX-License-Identifier: GPL-2.0-only
// The virtual CPUs as QEMU's monitor shows them: what each is doing, what an address means to it, how long it has run.

import { readFileSync } from 'node:fs';
import { InfraError } from '../host/errors.ts';
import type { QemuHandle } from './qemu-handle.ts';
import { queryCpus } from './queries.ts';

export interface Vcpu {
  /** QEMU's cpu-index, which is also what `mce` takes. */
  index: number;
  /** Thread of the host that runs it. */
  thread: number;
}

export interface VcpuState {
  /** Privilege level: 3 is user mode. */
  cpl: number;
  /** Waits for an interrupt. */
  halted: boolean;
  /** Instruction pointer. */
  rip: bigint;
  /** Where its interrupt descriptor table lies. */
  idt: bigint;
}

export async function vcpus(qemu: QemuHandle): Promise<Vcpu[]> {
  return (await queryCpus(qemu)).map((cpu) => ({ index: cpu['cpu-index'], thread: cpu['thread-id'] }));
}

/** What a CPU is doing; it means something only while the guest is paused. */
export async function vcpuState(qemu: QemuHandle, cpu: number): Promise<VcpuState> {
  return parseRegisters(await qemu.qmp.monitor('info registers', cpu));
}

/** Reads QEMU's `info registers`. @throws InfraError when it looks like none that is known. */
export function parseRegisters(text: string): VcpuState {
  const field = (name: string): string => {
    const value = new RegExp(`\\b${name}=\\s*([0-9a-f]+)`).exec(text)?.[1];
    if (value === undefined) throw new InfraError(`QEMU's registers have no ${name}`, { hint: text.trim() });
    return value;
  };
  return {
    cpl: Number(field('CPL')),
    halted: field('HLT') === '1',
    // EIP until the guest enters 64-bit mode.
    rip: BigInt(`0x${field('[RE]IP')}`),
    idt: BigInt(`0x${field('IDT')}`),
  };
}

/** The guest-physical address of a virtual one as this CPU maps it now; undefined when it does not. */
export async function physicalOf(qemu: QemuHandle, virtual: bigint, cpu: number): Promise<number | undefined> {
  const text = await qemu.qmp.monitor(`gva2gpa 0x${virtual.toString(16)}`, cpu);
  const found = /gpa: (0x[0-9a-f]+)/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/**
 * Whether a CPU has nothing to do: halted, or in MWAIT, which TCG leaves at once on a machine with several CPUs
 * (target/i386/tcg/misc_helper.c:do_mwait, 7.2), so that it never shows as halted.
 */
export async function isIdle(qemu: QemuHandle, { halted, cpl, rip }: VcpuState, cpu: number): Promise<boolean> {
  if (halted) return true;
  if (cpl !== 0) return false;
  const around = await qemu.qmp.monitor(`x /6xb 0x${(rip - 3n).toString(16)}`, cpu);
  return mwait.test(around);
}

/** The instruction, in what the monitor's `x` shows. */
const mwait = /0x0f 0x01 0xc9/;

/** CPU time that the host has given to a thread of QEMU, in nanoseconds (Documentation/scheduler/sched-stats.rst). */
export function threadTimeNs(qemu: QemuHandle, thread: number): number {
  try {
    return Number(readFileSync(`/proc/${qemu.pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  } catch (cause) {
    throw new InfraError(`QEMU's thread ${thread} is gone, or this host keeps no schedstat`, { cause });
  }
}
