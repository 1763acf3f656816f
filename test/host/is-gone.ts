// SPDX-License-Identifier: GPL-2.0-only
// Whether a process has ended, waited for or not.

import { readFileSync } from 'node:fs';

/** Whether there is no process with this pid, or only a zombie. */
export function isGone(pid: number): boolean {
  try {
    // The name of the program, in brackets, may be anything.
    return /^ Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, ''));
  } catch {
    return true;
  }
}
