// SPDX-License-Identifier: GPL-2.0-only
// Which QEMU runs the guests: this machine's, one of another Debian release (fetched-qemu.ts), or a program by its path.

import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../host/errors.ts';
import { runProgram } from '../host/program.ts';
import { fetchQemu, qemuReleases, type FetchOptions } from './fetched-qemu.ts';

export interface QemuProgram {
  /** The command without options. */
  argv: readonly string[];
  /** As it prints it: `7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)`. A saved guest can be restored only by the version that saved it. */
  version: string;
  /** Where the packages come from of one that is fetched. */
  packages?: string | undefined;
}

/** The program that this machine has. */
export const hostQemu = 'qemu-system-x86_64';

/** The oldest QEMU that is supported. */
const oldest = [7, 2] as const;

/** For help and errors. */
const qemuForms = `host: this machine's; debian:SUITE: one that is fetched (${Object.keys(qemuReleases).join(', ')}); or the path of a program`;

/** @throws UsageError for a word that names no QEMU, or a program that cannot be executed. */
export function checkQemuWord(word: string): void {
  if (word === 'host') return;
  const suite = suiteOf(word);
  if (suite !== undefined) {
    if (!(suite in qemuReleases)) throw new UsageError(`there is no QEMU \`${word}\``, { hint: qemuForms });
    return;
  }
  if (!word.includes('/')) throw new UsageError(`\`${word}\` is no QEMU`, { hint: qemuForms });
  try {
    accessSync(word, constants.X_OK);
  } catch {
    throw new UsageError(`${word} is no program that can be executed`, { hint: qemuForms });
  }
}

/** Checks the setting HAZMAT_QEMU, which is for all commands that run guests. @throws UsageError */
export function checkQemuSetting({ HAZMAT_QEMU }: NodeJS.ProcessEnv = process.env): void {
  if (!HAZMAT_QEMU) return;
  try {
    checkQemuWord(HAZMAT_QEMU);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`HAZMAT_QEMU: ${error.message}`, { hint: qemuForms });
  }
}

/**
 * The QEMU of a word that `checkQemuWord` accepts.
 * @throws InfraError when it is not there or cannot be fetched; UsageError when it is too old.
 */
export async function qemuOf(word: string, options: FetchOptions = {}): Promise<QemuProgram> {
  const suite = suiteOf(word);
  if (suite === undefined) {
    const argv = [word === 'host' ? hostQemu : path.resolve(word)];
    return { argv, version: await versionOf(argv) };
  }
  const { argv, origin } = await fetchQemu(suite, options);
  return { argv, version: await versionOf(argv), packages: origin };
}

/** Its version as numbers, `[7, 2]`, to compare. */
function qemuNumbers(version: string): [major: number, minor: number] {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return [major, minor];
}

/** Whether a QEMU of this version is at least that one. */
export function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor, ownMinor] = qemuNumbers(version);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

function suiteOf(word: string): string | undefined {
  return /^debian:(.+)$/.exec(word)?.[1];
}

async function versionOf(argv: readonly string[]): Promise<string> {
  const { stdout } = await runProgram([...argv, '--version']);
  const version = /version (.+)/.exec(stdout)?.[1] ?? stdout.trim();
  if (!isAtLeast(version, oldest)) {
    throw new UsageError(`QEMU ${version} is too old: ${oldest.join('.')} or later is needed`);
  }
  return version;
}
