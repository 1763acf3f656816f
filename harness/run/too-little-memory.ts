// SPDX-License-Identifier: GPL-2.0-only
// A panic at boot that is not the kernel's fault: the machine has too little memory for this kernel (mm/oom_kill.c:out_of_memory panics
// when there is nobody to kill, which at boot is so). Kernels that hazmat builds with debug options get more
// (harness/kernel/config/debug-memory.ts); what an image of the user's needs is unknown.

import type { CrashReport } from '../verdict/kernel-log.ts';

/** What to report when a boot ended so; undefined when it did not. */
export function tooLittleMemory(reports: readonly Pick<CrashReport, 'title'>[]): string | undefined {
  const starved = reports.find(({ title }) => title.includes('System is deadlocked on memory'));
  if (starved === undefined) return undefined;
  return `${starved.title}: the machine has too little memory for this kernel; set \`memory:\` of the machine in qemu/`;
}
