// SPDX-License-Identifier: GPL-2.0-only
// Runs checks side by side, as many as there are processors, and prints one line for each that has ended.

import os from 'node:os';
import { execa } from 'execa';
import { projectRoot } from '../harness/host/places.ts';

/** A check passes when its program exits with 0. */
export interface Check {
  name: string;
  argv: readonly [string, ...string[]];
}

/** What a failed check printed comes before its line. Returns the names of those that failed. */
export async function runChecks(checks: readonly Check[], print: (text: string) => void): Promise<string[]> {
  const failed: string[] = [];
  const waiting = checks.values();
  const work = async (): Promise<void> => {
    for (const check of waiting) if (!(await runCheck(check, print))) failed.push(check.name);
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, work));
  return failed;
}

async function runCheck(check: Check, print: (text: string) => void): Promise<boolean> {
  const [file, ...args] = check.argv;
  const options = { cwd: projectRoot, preferLocal: true, all: true, reject: false } as const;
  const { failed, all, shortMessage, durationMs } = await execa(file, args, options);
  if (failed) print(all || (shortMessage ?? ''));
  print(`check ${check.name}: ${failed ? 'FAILED' : 'ok'} (${(durationMs / 1000).toFixed(0)} s)`);
  return !failed;
}
