// SPDX-License-Identifier: GPL-2.0-only
// Which QEMU is installed. A saved guest can be restored only by the version that saved it.

import { UsageError } from '../host/errors.ts';
import { runProgram } from '../host/program.ts';
import { qemuProgram } from './argv.ts';

/** The oldest QEMU that is supported. */
const oldest = [7, 2] as const;

/**
 * The version as QEMU prints it: `7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)`.
 * @throws InfraError when QEMU is not installed; UsageError when it is too old.
 */
export async function qemuVersion(): Promise<string> {
  const { stdout } = await runProgram([qemuProgram, '--version']);
  const version = /version (.+)/.exec(stdout)?.[1] ?? stdout.trim();
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    throw new UsageError(`QEMU ${version} is too old: ${oldest.join('.')} or later is needed`);
  }
  return version;
}
