// SPDX-License-Identifier: GPL-2.0-only
// What a kernel said last may be on its serial console only: the agent that sends its log was stopped before. Pure.

import { readKernelLog, type CrashReport } from '../verdict/kernel-log.ts';
import type { LogLine } from '../verdict/log-line.ts';
import { rebootSigns } from '../verdict/rules.ts';

/**
 * The reports on a console that came after the last record of the log, `afterUs` microseconds after the boot; -1: nothing of the log came.
 * `rebooted`: the scenario has reset the guest, and only the last boot counts.
 */
export function lastWords(
  console: readonly LogLine[],
  { afterUs, rebooted = false }: { afterUs: number; rebooted?: boolean },
): CrashReport[] {
  const boot = rebooted ? console.findLastIndex(({ text }) => rebootSigns.some((sign) => sign.test(text))) : 0;
  return readKernelLog(console.slice(Math.max(0, boot))).filter(({ startUs }) => startUs > afterUs);
}
