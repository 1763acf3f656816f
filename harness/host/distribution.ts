// SPDX-License-Identifier: GPL-2.0-only
// What distribution this host is, how packages are installed there, and what they are called. Debian's names are those of needs.ts; those of
// Fedora, Arch and openSUSE are from their package lists and the kernel's Documentation/admin-guide/quickly-build-trimmed-linux.rst, and have
// not been tried on these.

import { readFileSync } from 'node:fs';

export interface Distribution {
  /** As /etc/os-release has it, for the user. */
  title: string;
  /** The command that installs packages, without sudo. */
  install: readonly string[];
  /** Options of it for a machine that is thrown away: it does not wait for the disk after each file. */
  unsynced?: readonly string[];
  /** The command that refreshes the lists of packages, where installing does not. */
  refresh?: readonly string[];
  /** Debian's names of packages that it has nothing of. */
  lacks: readonly string[];
  /** The package that has what a Debian package has; undefined: it needs none. */
  packageOf: (debian: string) => string | undefined;
}

type Family = Omit<Distribution, 'title' | 'packageOf' | 'lacks'> & {
  lacks?: Distribution['lacks'];
  /** Debian's name to the name here; `null`: not needed, since hazmat fetches what it has (guest/image/agent-libraries.ts). */
  names: Readonly<Record<string, string | null>>;
};

const fetched = { 'libjansson-dev': null } as const;

/** By ID and ID_LIKE of os-release(5). */
const families: Readonly<Record<string, Family>> = {
  debian: {
    install: ['apt-get', 'install', '-y', '--no-install-recommends'],
    unsynced: ['-o', 'Dpkg::Options::=--force-unsafe-io'],
    refresh: ['apt-get', 'update'],
    names: {},
  },
  fedora: {
    install: ['dnf', 'install', '-y'],
    names: {
      ...fetched,
      ...{ 'xz-utils': 'xz', 'libc6-dev': 'glibc-devel', 'qemu-system-x86': 'qemu-system-x86-core' },
      ...{ 'libelf-dev': 'elfutils-libelf-devel', 'libssl-dev': 'openssl-devel', 'perl-base': 'perl-interpreter' },
    },
  },
  arch: {
    install: ['pacman', '-S', '--needed', '--noconfirm'],
    names: {
      ...fetched,
      ...{ 'xz-utils': 'xz', 'libc6-dev': 'glibc', python3: 'python', 'libelf-dev': 'libelf', 'libssl-dev': 'openssl' },
      ...{ dwarves: 'pahole', 'perl-base': 'perl' },
    },
  },
  suse: {
    install: ['zypper', '--non-interactive', 'install', '--no-recommends'],
    lacks: ['apt'],
    names: {
      ...fetched,
      ...{ 'xz-utils': 'xz', 'libc6-dev': 'glibc-devel', 'qemu-system-x86': 'qemu-x86' },
      ...{ 'libelf-dev': 'libelf-devel', 'libssl-dev': 'libopenssl-devel' },
    },
  },
};

/** The distribution of this host. One that is not known is taken for Debian: its names are the best guess. */
export function hostDistribution(): Distribution {
  for (const file of ['/etc/os-release', '/usr/lib/os-release']) {
    try {
      return distributionOf(readFileSync(file, 'utf8'));
    } catch {
      continue;
    }
  }
  return distributionOf('');
}

/** Reads os-release(5). Pure. */
export function distributionOf(osRelease: string): Distribution {
  const fields = new Map(
    osRelease.split('\n').flatMap((line): [string, string][] => {
      const [, name, value = ''] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value.replace(/^(["'])(.*)\1$/, '$2')]];
    }),
  );
  const ids = [fields.get('ID') ?? '', ...(fields.get('ID_LIKE') ?? '').split(' ')];
  const known = ids
    .map((id) => families[id.replace(/^opensuse(-.*)?$/, 'suse')])
    .find((family) => family !== undefined);
  const { names, lacks = [], ...family } = known ?? families.debian ?? { install: [], names: {} };
  const packageOf = (debian: string): string | undefined => {
    const name = names[debian];
    return name === null ? undefined : (name ?? debian);
  };
  return { title: fields.get('PRETTY_NAME') ?? 'an unknown distribution', ...family, lacks, packageOf };
}
