// SPDX-License-Identifier: GPL-2.0-only
// What npm start and npm test have in common: a host that has everything, or one line that says how to get it.

import { $ } from 'zx';
import { projectRoot } from '../harness/host/places.ts';

const shell = $({ cwd: projectRoot, preferLocal: true, stdio: 'inherit', nothrow: true, verbose: false });

/** Runs a program in the checkout and shows what it prints. Returns its exit code; 3 when it has none. */
export async function show(file: string, args: readonly string[]): Promise<number> {
  const { exitCode } = await shell`${file} ${args}`;
  return exitCode ?? 3;
}

/** Installs missing Debian packages when root; else doctor says which line does it. Returns whether nothing is missing. */
export async function prepareHost(forWhat: 'build' | 'tests'): Promise<boolean> {
  const fix = process.getuid?.() === 0 ? ['--fix'] : [];
  return (await show('node', ['bin/hazmat.mjs', 'doctor', '--quiet', ...fix, `--${forWhat}`])) === 0;
}
