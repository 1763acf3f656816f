// SPDX-License-Identifier: GPL-2.0-only
// Kernel logs of test/verdict/golden as lines, for rules of blame.

import { readConsole, type LogLine } from '../../harness/verdict/log-line.ts';
import { readGolden } from '../verdict/golden.ts';

const golden = readGolden();

/** The lines of a golden log, by its file's name. */
export function goldenLines(name: string): LogLine[] {
  return readConsole(goldenText(name));
}

/** The same as the console printed them. */
export function goldenText(name: string): string {
  const found = golden.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no golden log ${name}`);
  return found.log;
}

/** The texts without time stamps, as a fake guest's kernel logs them. */
export function goldenRecords(name: string): string[] {
  return goldenLines(name).map(({ text }) => text);
}
