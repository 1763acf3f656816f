// SPDX-License-Identifier: GPL-2.0-only
// Crashes that are QEMU's, with TCG and several CPUs.
//
// - One CPU may run the int3 that another had put in place of an instruction while it patched kernel text (text_poke_bp) and has taken
//   away since. The kernel then finds no int3 where it trapped, and oopses. Seen on 7.2 at boot, QEMU 7.2; never on hardware, where the
//   patching CPU waits for the others.
// - A CPU may go on in a state that no CPU has: flags are set that are reserved, and always 0. Seen twice on 6.12 in some 1,000 cells, QEMU
//   7.2, two seconds after the fork, once as a double fault and once as a jump to 0. TCG computes the flags when they are needed, from
//   the last result and what was done (cc_src, cc_op); these had the low half of a pointer.
// - Before 11.1 a plugin cannot make a CPU stop at a load. Up to 9.2 the machine check of a string move is taken at that move; of any other load
//   it is taken after the instructions that were translated together with it. The kernel looks for a fixup of the instruction at which it was taken
//   (arch/x86/kernel/cpu/mce/severity.c:error_context), so it panics for want of one though the load has one.

import { pageShift } from '../host/page.ts';
import type { Accelerator } from '../machine/argv.ts';
import type { KernelLoad } from '../poison/physical.ts';
import type { SetupFailed } from '../guest/guest-errors.ts';
import { readKernelLog, type CrashReport } from '../verdict/kernel-log.ts';
import { kmsgLines, readConsole } from '../verdict/log-line.ts';

/** Whether a guest that could not be set up met such a fault of the emulator. */
export function metEmulatorFault(failed: SetupFailed): string | undefined {
  const logs = [failed.log.flatMap(kmsgLines), readConsole(failed.consoleText)];
  const reports = logs.flatMap((lines) => readKernelLog(lines));
  return reports.map((report) => emulatorFault(report, failed.accelerator)).find((fault) => fault !== undefined);
}

/** What to report when a crash is the emulator's; undefined when it is the kernel's. */
export function emulatorFault(report: CrashReport, accelerator: Accelerator): string | undefined {
  if (accelerator !== 'tcg') return undefined;
  if (report.title.startsWith('int3 in ')) {
    return `QEMU ran an int3 that the kernel was patching (${report.title}): a race of TCG, not of the kernel`;
  }
  const flags = report.lines.flatMap((line) => kernelFlags.exec(line)?.[1] ?? []).find(isImpossible);
  if (flags === undefined) return undefined;
  return `QEMU's CPU was in a state that no CPU has, with EFLAGS ${flags} (${report.title}): a fault of TCG, not of the kernel`;
}

/** Flags in kernel mode. The frame at the end of a kernel thread's stack is empty: `RSP: 0000:0000000000000000 EFLAGS: 00000000`. */
const kernelFlags = /\bRSP: 0018:[0-9a-f]+ EFLAGS: ([0-9a-f]{8,16})\b/;
/** The flags that there are; all other bits are reserved, and are 0 but for bit 1 (Intel SDM volume 1, 3.4.3). */
const allFlags = 0x3f_7f_d7n;

function isImpossible(hex: string): boolean {
  return (BigInt(`0x${hex}`) & ~allFlags) !== 0n;
}

/**
 * What to report when the kernel died of a machine check that was taken at another instruction than its load that consumed the poison; undefined
 * when it was taken at such a load, when nothing of the kernel loaded that page, and for other crashes.
 */
export function lateMachineCheck(crash: CrashReport | undefined, loads: readonly KernelLoad[]): string | undefined {
  if (crash?.kind !== 'machine-check') return undefined;
  // Earlier ones were survived.
  const taken = lastHex(crash.lines, machineCheckAt);
  const address = lastHex(crash.lines, machineCheckOf);
  if (taken === undefined || address === undefined) return undefined;
  const ofPage = loads.filter(({ page }) => pageOf(BigInt(page)) === pageOf(address));
  const last = ofPage.at(-1);
  if (last === undefined || ofPage.some(({ instruction }) => instruction === taken)) return undefined;
  return (
    `QEMU took the machine check (${crash.title}) after the load of poison at 0x${last.instruction.toString(16)}, where no fixup of that load ` +
    'applies: the kernel need not die of it on hardware; QEMU takes it at the load from 11.1 on, such as --qemu debian:trixie-backports'
  );
}

/** `mce: [Hardware Error]: RIP 10:<ffffffffa0b52a15> {strncpy_from_user+0x85/0x100}` (arch/x86/kernel/cpu/mce/core.c:__print_mce). */
const machineCheckAt = /\bRIP (?:!INEXACT! )?10:<([0-9a-f]{8,16})>/;
/** `mce: [Hardware Error]: TSC a46a1474b ADDR 10121b000 MISC 8c`: the physical address. */
const machineCheckOf = /\bTSC [0-9a-f]+ ADDR ([0-9a-f]+)\b/;

function lastHex(lines: readonly string[], pattern: RegExp): bigint | undefined {
  const hex = lines.flatMap((line) => pattern.exec(line)?.[1] ?? []).at(-1);
  return hex === undefined ? undefined : BigInt(`0x${hex}`);
}

function pageOf(address: bigint): bigint {
  return address >> BigInt(pageShift);
}
