// SPDX-License-Identifier: GPL-2.0-only
// Crashes that are QEMU's, with TCG and several CPUs.
//
// - One CPU may run the int3 that another had put in place of an instruction while it patched kernel text (text_poke_bp) and has taken
//   away since. The kernel then finds no int3 where it trapped, and oopses. Seen on 7.2 at boot, QEMU 7.2; never on hardware, where the
//   patching CPU waits for the others.
// - A CPU may go on in a state that no CPU has: flags are set that are reserved, and always 0. Seen twice on 6.12 in some 1,000 cells, QEMU
//   7.2, two seconds after the fork, once as a double fault and once as a jump to 0. TCG computes the flags when they are needed, from
//   the last result and what was done (cc_src, cc_op); these had the low half of a pointer.

import type { Accelerator } from '../machine/argv.ts';
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
