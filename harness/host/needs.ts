// SPDX-License-Identifier: GPL-2.0-only
// What the host must have: programs and files, the Debian package of each (distribution.ts has the names elsewhere), and what it is for.

import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { hostDistribution, type Distribution } from './distribution.ts';
import { InfraError } from './errors.ts';

export interface Need {
  /** A program in PATH, or the absolute path of a file. */
  what: string;
  /** The Debian package that it is in. */
  package: string;
  /** What it is for, as a verb with its object. */
  why: string;
}

/** What every run needs, in the order of use. */
export const needs: Need[] = [
  { what: 'apt-get', package: 'apt', why: 'fetches kernels and the guest’s programs' },
  { what: 'dpkg-deb', package: 'dpkg', why: 'unpacks packages' },
  { what: 'xz', package: 'xz-utils', why: 'unpacks kernel modules' },
  { what: 'zstd', package: 'zstd', why: 'unpacks kernel modules, packs saved guests' },
  { what: 'tar', package: 'tar', why: 'packs saved guests' },
  { what: 'depmod', package: 'kmod', why: 'indexes kernel modules' },
  { what: 'cpio', package: 'cpio', why: 'packs the initramfs' },
  { what: 'gcc', package: 'gcc', why: 'builds the guest’s agent' },
  { what: '/usr/include/stdio.h', package: 'libc6-dev', why: 'is for the C programs of the host' },
  {
    what: '/usr/lib/x86_64-linux-gnu/libjansson.a',
    package: 'libjansson-dev',
    why: 'is linked into the agent, for JSON',
  },
  { what: 'setpriv', package: 'util-linux', why: 'ends guests with the harness' },
  { what: 'flock', package: 'util-linux', why: 'locks the cache between harnesses' },
  { what: 'qemu-system-x86_64', package: 'qemu-system-x86', why: 'runs the guests' },
];

/** What building kernels and modules needs as well. */
export const buildNeeds: Need[] = [
  { what: 'python3', package: 'python3', why: 'runs scripts of the kernel’s build' },
  { what: 'perl', package: 'perl-base', why: 'runs scripts of the kernel’s build' },
  { what: 'make', package: 'make', why: 'builds the kernel' },
  { what: 'gcc', package: 'gcc', why: 'compiles the kernel' },
  { what: 'ld', package: 'binutils', why: 'links the kernel' },
  { what: 'git', package: 'git', why: 'keeps sources and applies patches' },
  { what: 'xz', package: 'xz-utils', why: 'unpacks the kernel’s source' },
  { what: 'cmp', package: 'diffutils', why: 'keeps generated files that have not changed' },
  { what: 'bc', package: 'bc', why: 'computes constants for the kernel’s build' },
  { what: 'bison', package: 'bison', why: 'generates kconfig’s parser' },
  { what: 'flex', package: 'flex', why: 'generates kconfig’s scanner' },
  { what: '/usr/include/libelf.h', package: 'libelf-dev', why: 'is linked into objtool' },
  { what: '/usr/include/openssl/evp.h', package: 'libssl-dev', why: 'is linked into the kernel’s signing tools' },
  { what: 'pahole', package: 'dwarves', why: 'makes BTF; without BTF modules do not fit a stock kernel' },
];

/** What the tests need as well. */
export const testNeeds: Need[] = [
  { what: 'iasl', package: 'acpica-tools', why: 'compiles the ACPI tables again, to compare them' },
  { what: 'chromium', package: 'chromium', why: 'opens HTML reports' },
  { what: 'slurmctld', package: 'slurmctld', why: 'hands parts of a matrix to nodes' },
  { what: 'slurmd', package: 'slurmd', why: 'is a node of that Slurm; it needs root' },
  { what: 'sbatch', package: 'slurm-client', why: 'submits jobs' },
  { what: 'munged', package: 'munge', why: 'authenticates Slurm’s daemons' },
  { what: 'addr2line', package: 'binutils', why: 'symbolizes stacks of kernels with debug information' },
];

/** Those that are missing on this host, but what hazmat fetches itself on a distribution that has no package of it. */
export function missingNeeds(
  wanted: readonly Need[] = needs,
  { packageOf }: Pick<Distribution, 'packageOf'> = hostDistribution(),
): Need[] {
  return wanted.filter(
    ({ what, package: name }) =>
      packageOf(name) !== undefined && (what.startsWith('/') ? !existsSync(what) : findProgram(what) === undefined),
  );
}

/** The command that installs them, in one line that can be pasted; undefined when the distribution has none of their packages. */
export function installLine(
  missing: readonly Need[],
  root = process.getuid?.() === 0,
  distribution: Pick<Distribution, 'install' | 'packageOf' | 'lacks'> = hostDistribution(),
): string | undefined {
  const packages = new Set(missing.flatMap(({ package: name }) => distribution.packageOf(name) ?? []));
  for (const name of distribution.lacks) packages.delete(name);
  return packages.size === 0 ? undefined : [...(root ? [] : ['sudo']), ...distribution.install, ...packages].join(' ');
}

/** What to do about those that the distribution has no package of; undefined when there is one of each. */
export function lackingLine(
  missing: readonly Need[],
  { title, lacks }: Pick<Distribution, 'title' | 'lacks'> = hostDistribution(),
): string | undefined {
  const names = [...new Set(missing.map((need) => need.package).filter((name) => lacks.includes(name)))];
  if (names.length === 0) return undefined;
  return `${title} has no package of ${names.join(' and ')}: use the container image (docs/container.md)`;
}

/** Checks that every run's needs are met. @throws InfraError with all that is missing and the line that installs it. */
export function requireNeeds(): void {
  requireAll(needs, 'this machine lacks what guests need', 'npx hazmat doctor --fix');
}

/** Checks what a build of a kernel or of modules needs. @throws InfraError as `requireNeeds`. */
export function requireBuildNeeds(wanted: readonly Need[] = buildNeeds): void {
  requireAll(wanted, 'this machine lacks what building a kernel needs', 'npx hazmat doctor --build --fix');
}

function requireAll(wanted: readonly Need[], message: string, fix: string): void {
  const missing = missingNeeds(wanted);
  if (missing.length === 0) return;
  const list = missing.map(({ what, why }) => `${what}: ${why}`);
  const line = installLine(missing);
  const ways = [...(line === undefined ? [] : [`${fix} installs them, or:`, line]), lackingLine(missing) ?? []].flat();
  throw new InfraError(message, { hint: [...list, ...ways].join('\n') });
}

/** Where a program is, by PATH as a shell finds it; then in /usr/sbin and /sbin, which users may not have in PATH. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => path.join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
