// SPDX-License-Identifier: GPL-2.0-only
// What npm start and npm test have in common: a host that has everything, or one line that says how to get it.

import { $ } from 'zx';
import { projectRoot } from '../harness/host/places.ts';

/** zx as the scripts use it: output shown, exit codes looked at, in the checkout. */
export const shell = $({ cwd: projectRoot, stdio: 'inherit', nothrow: true, verbose: false });

/** Installs missing Debian packages when root; else doctor says which line does it. Returns whether nothing is missing. */
export async function prepareHost(forWhat: 'build' | 'tests'): Promise<boolean> {
  const fix = process.getuid?.() === 0 ? ['--fix'] : [];
  const { exitCode } = await shell`node bin/hazmat.mjs doctor --quiet ${fix} ${`--${forWhat}`}`;
  return exitCode === 0;
}
