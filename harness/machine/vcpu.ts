// SPDX-License-Identifier: GPL-2.0-only
// The virtual CPUs by QEMU's monitor: their state, their address translation, and the time that they have run.

import { readFileSync } from 'node:fs';
import { InfraError } from '../host/errors.ts';
import type { QemuHandle } from './qemu-handle.ts';
import { queryCpus } from './queries.ts';

export interface Vcpu {
  /** QEMU's cpu-index, which the monitor command `mce` takes too. */
  index: number;
  /** Thread id on the host. */
  thread: number;
}

export interface VcpuState {
  /** Privilege level: 3 is user mode. */
  cpl: number;
  /** Halted: waits for an interrupt. */
  halted: boolean;
  /** Instruction pointer. */
  rip: bigint;
  /** Address of its interrupt descriptor table. */
  idt: bigint;
}

/** All virtual CPUs, by index. */
export async function vcpus(qemu: QemuHandle): Promise<Vcpu[]> {
  return (await queryCpus(qemu)).map((cpu) => ({ index: cpu['cpu-index'], thread: cpu['thread-id'] }));
}

/** The state of a CPU. Reliable only while the guest is paused. */
export async function vcpuState(qemu: QemuHandle, cpu: number): Promise<VcpuState> {
  return parseRegisters(await qemu.qmp.monitor('info registers', cpu));
}

/** Reads the output of `info registers`. @throws InfraError when a register is not in it. */
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

/** The guest-physical address of a virtual address, by the CPU's current page tables; undefined when it is not mapped. */
export async function physicalOf(qemu: QemuHandle, virtual: bigint, cpu: number): Promise<number | undefined> {
  const text = await qemu.qmp.monitor(`gva2gpa 0x${virtual.toString(16)}`, cpu);
  const found = /gpa: (0x[0-9a-f]+)/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/**
 * Whether a CPU is idle: halted, or in MWAIT. TCG returns from MWAIT at once on a machine with several CPUs
 * (target/i386/tcg/misc_helper.c:do_mwait, 7.2), so such a CPU never shows as halted.
 */
export async function isIdle(qemu: QemuHandle, { halted, cpl, rip }: VcpuState, cpu: number): Promise<boolean> {
  if (halted) return true;
  if (cpl !== 0) return false;
  const around = await qemu.qmp.monitor(`x /6xb 0x${(rip - 3n).toString(16)}`, cpu);
  return mwait.test(around);
}

/** The instruction MWAIT, in the output of the monitor's `x`. */
const mwait = /0x0f 0x01 0xc9/;

/**
 * CPU time that a thread of QEMU has used, in nanoseconds (/proc/PID/task/TID/schedstat,
 * Documentation/scheduler/sched-stats.rst).
 * @throws InfraError when the thread has ended, or the host's kernel has no schedstat.
 */
export function threadTimeNs(qemu: QemuHandle, thread: number): number {
  try {
    return Number(readFileSync(`/proc/${qemu.pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  } catch (cause) {
    throw new InfraError(`QEMU's thread ${thread} has ended, or this host has no schedstat`, { cause });
  }
}
