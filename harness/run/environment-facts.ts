// SPDX-License-Identifier: GPL-2.0-only
// What a run depends on, for run.json: versions of hazmat, QEMU and the guest's programs, and the host.

import os from 'node:os';
import { userspaceVersions } from '../guest/image/userspace.ts';
import { packagedCommit } from '../host/installed.ts';
import { projectRoot } from '../host/places.ts';
import { runProgram } from '../host/program.ts';
import { projectVersion } from '../host/project-version.ts';
import { qemuOf } from '../machine/qemu-program.ts';
import { notice } from '../host/notices.ts';
import type { Variant } from './variants.ts';

/** Packages of the guest whose versions can change a result. */
const recordedPackages = ['ndctl', 'daxctl', 'xfsprogs', 'e2fsprogs', 'dmsetup', 'kmod', 'mount', 'libc6'];

/** What a run of these kernels depends on, for run.json. Fetches the QEMUs that are not there yet. */
export async function environmentFacts(variants: readonly Pick<Variant, 'qemu'>[]): Promise<Record<string, string>> {
  const guest = await userspaceVersions().catch(() => undefined);
  return {
    hazmat: await hazmatVersion(),
    ...(await qemuFacts(variants.map(({ qemu }) => qemu ?? 'host'))),
    node: process.version,
    host: `${os.type()} ${os.release()}, ${os.availableParallelism()} CPUs`,
    checkout: projectRoot,
    ...(guest === undefined ? {} : { 'guest packages': guest.origin }),
    ...Object.fromEntries(
      Object.entries(guest?.versions ?? {})
        .filter(([name]) => recordedPackages.includes(name))
        .map(([name, version]) => [`guest ${name}`, version]),
    ),
  };
}

/** The version, and where the packages come from of one that is fetched; of several each with the word that asked for it. */
async function qemuFacts(words: readonly string[]): Promise<Record<string, string>> {
  const versions: [word: string, version: string][] = [];
  const packages: [word: string, origin: string][] = [];
  for (const word of new Set(words)) {
    const qemu = await qemuOf(word, { progress: (text) => notice('info', text), quiet: true });
    versions.push([word, qemu.version]);
    if (qemu.packages !== undefined) packages.push([word, qemu.packages]);
  }
  const [first = ['', '']] = versions;
  const each = (facts: [string, string][]) => facts.map(([word, fact]) => `${word}: ${fact}`).join('; ');
  return {
    qemu: versions.length === 1 ? first[1] : each(versions),
    ...(packages.length === 0 ? {} : { 'qemu packages': each(packages) }),
  };
}

/** The version of package.json, and what git calls the checkout where there is git: `0.1.0 (f891a63-dirty)`. */
async function hazmatVersion(): Promise<string> {
  const version = projectVersion();
  // A package may lie in somebody else's checkout.
  const packaged = packagedCommit();
  if (packaged !== undefined) return `${version} (${packaged})`;
  const described = runProgram(['git', '-C', projectRoot, 'describe', '--always', '--dirty']);
  return described.then(
    ({ stdout }) => `${version} (${stdout.trim()})`,
    () => version,
  );
}
