// SPDX-License-Identifier: GPL-2.0-only
// A crash that is QEMU's: under TCG with several CPUs, one may run the int3 that another had put in place of an
// instruction while it patched kernel text (text_poke_bp) and has taken away since. The kernel then finds no int3 where it
// trapped, and oopses. Seen on 7.2 at boot, QEMU 7.2; never on hardware, where the patching CPU waits for the others.

import type { Accelerator } from '../machine/argv.ts';
import type { SetupFailed } from '../guest/guest-errors.ts';
import { readKernelLog, type CrashReport } from '../verdict/kernel-log.ts';
import { kmsgLines, readConsole } from '../verdict/log-line.ts';

/** Whether a guest that could not be set up met the race. */
export function metTextPatchingRace(failed: SetupFailed, accelerator: Accelerator): string | undefined {
  const logs = [failed.log.flatMap(kmsgLines), readConsole(failed.consoleText)];
  const reports = logs.flatMap((lines) => readKernelLog(lines));
  return reports.map((report) => textPatchingRace(report, accelerator)).find((race) => race !== undefined);
}

/** What to report when a crash is the emulator's; undefined when it is the kernel's. */
export function textPatchingRace(report: CrashReport, accelerator: Accelerator): string | undefined {
  if (accelerator !== 'tcg' || !report.title.startsWith('int3 in ')) return undefined;
  return `QEMU ran an int3 that the kernel was patching (${report.title}): a race of TCG, not of the kernel`;
}
