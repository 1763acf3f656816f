// SPDX-License-Identifier: GPL-2.0-only
// Which QEMU this is: saved guests are for one version only.

import { UsageError } from '../host/errors.ts';
import { runProgram } from '../host/program.ts';
import { qemuProgram } from './argv.ts';

/** Oldest QEMU that is supported. */
const oldest = [7, 2] as const;

/** `7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)`. @throws InfraError when there is none, UsageError when it is too old. */
export async function qemuVersion(): Promise<string> {
  const { stdout } = await runProgram([qemuProgram, '--version']);
  const version = /version (.+)/.exec(stdout)?.[1] ?? stdout.trim();
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    throw new UsageError(`QEMU ${version} is too old: ${oldest.join('.')} is the oldest that works`);
  }
  return version;
}
