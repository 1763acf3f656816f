// SPDX-License-Identifier: GPL-2.0-only
// A panic at boot that is the lab's: the machine has too little memory for this kernel (mm/oom_kill.c:out_of_memory panics
// when there is nobody to kill, which at boot is so). Kernels that we build with debug options get more
// (harness/kernel/config/debug-memory.ts); of an image of the user's nobody knows what it needs.

import type { CrashReport } from '../verdict/kernel-log.ts';

/** What to tell of it, when a boot ended so. */
export function tooLittleMemory(reports: readonly Pick<CrashReport, 'title'>[]): string | undefined {
  const starved = reports.find(({ title }) => title.includes('System is deadlocked on memory'));
  if (starved === undefined) return undefined;
  return `${starved.title}: its machine has too little memory for this kernel; \`memory:\` in qemu/ sets it`;
}
