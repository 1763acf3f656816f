// SPDX-License-Identifier: GPL-2.0-only
// What the host must have: programs and files, the Debian packages that bring them, and what each is for.

import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { InfraError } from './errors.ts';

export interface Need {
  /** A program to be found in PATH, or a file. */
  what: string;
  package: string;
  why: string;
}

const libraries = '/usr/lib/x86_64-linux-gnu';

/** Everything, in the order in which a run meets it. */
export const needs: Need[] = [
  { what: 'apt-get', package: 'apt', why: 'fetches kernels and the guest’s programs' },
  { what: 'dpkg-deb', package: 'dpkg', why: 'unpacks them' },
  {
    what: '/usr/share/keyrings/debian-archive-keyring.gpg',
    package: 'debian-archive-keyring',
    why: 'verifies them',
  },
  { what: 'xz', package: 'xz-utils', why: 'unpacks kernel modules' },
  { what: 'zstd', package: 'zstd', why: 'unpacks kernel modules' },
  { what: 'depmod', package: 'kmod', why: 'indexes kernel modules' },
  { what: 'cpio', package: 'cpio', why: 'packs the initramfs' },
  { what: 'gcc', package: 'gcc', why: 'builds the guest’s agent' },
  { what: `${libraries}/libc.a`, package: 'libc6-dev', why: 'the agent is static' },
  { what: `${libraries}/libjansson.a`, package: 'libjansson-dev', why: 'the agent speaks JSON' },
  { what: 'setpriv', package: 'util-linux', why: 'ends guests with the harness' },
  { what: 'qemu-system-x86_64', package: 'qemu-system-x86', why: 'runs the guests' },
];

/** What building kernels and modules takes besides. */
export const buildNeeds: Need[] = [
  { what: 'python3', package: 'python3', why: 'the kernel’s build runs scripts of it' },
  { what: 'make', package: 'make', why: 'builds the kernel' },
  { what: 'gcc', package: 'gcc', why: 'compiles the kernel' },
  { what: 'ld', package: 'binutils', why: 'links the kernel' },
  { what: 'git', package: 'git', why: 'keeps sources and applies patches' },
  { what: 'xz', package: 'xz-utils', why: 'unpacks the kernel’s source' },
  { what: 'bc', package: 'bc', why: 'the kernel’s build wants it' },
  { what: 'bison', package: 'bison', why: 'the kernel’s build wants it' },
  { what: 'flex', package: 'flex', why: 'the kernel’s build wants it' },
  { what: '/usr/include/libelf.h', package: 'libelf-dev', why: 'objtool is built with it' },
  { what: '/usr/include/openssl/evp.h', package: 'libssl-dev', why: 'the kernel’s tools are built with it' },
  { what: 'pahole', package: 'dwarves', why: 'without it the configuration loses BTF, and modules do not fit' },
];

/** What the tests want besides. */
export const testNeeds: Need[] = [
  { what: 'iasl', package: 'acpica-tools', why: 'rebuilds the ACPI tables and compares' },
  { what: 'addr2line', package: 'binutils', why: 'symbolizes stacks of kernels with debug information' },
];

/** What is missing on this host. */
export function missingNeeds(wanted: readonly Need[] = needs): Need[] {
  return wanted.filter(({ what }) => (what.startsWith('/') ? !existsSync(what) : findProgram(what) === undefined));
}

/** The command that installs packages, as one line to paste. */
export function installLine(missing: readonly Need[], root = process.getuid?.() === 0): string {
  const packages = [...new Set(missing.map((need) => need.package))].join(' ');
  return `${root ? '' : 'sudo '}apt-get install -y --no-install-recommends ${packages}`;
}

/** @throws InfraError naming all that is missing and the line that installs it. */
export function requireNeeds(): void {
  requireAll(needs, 'this machine lacks what guests need', 'npx hazmat doctor --fix');
}

/** As `requireNeeds`, for building kernels and modules. */
export function requireBuildNeeds(): void {
  requireAll(buildNeeds, 'this machine lacks what building a kernel needs', 'npx hazmat doctor --build --fix');
}

function requireAll(wanted: readonly Need[], message: string, fix: string): void {
  const missing = missingNeeds(wanted);
  if (missing.length === 0) return;
  const list = missing.map(({ what, why }) => `${what}: ${why}`).join('\n');
  throw new InfraError(message, { hint: `${list}\n${fix} installs it, or:\n${installLine(missing)}` });
}

/** Where a program is, as a shell would find it; /usr/sbin too, which is not in everybody's PATH. */
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
