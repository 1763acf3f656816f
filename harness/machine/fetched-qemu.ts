// SPDX-License-Identifier: GPL-2.0-only
// A QEMU of another Debian release, unpacked in the cache with all libraries that it needs, and run by its own dynamic loader. Nothing is
// installed, and no root is needed.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { Cache } from '../host/cache.ts';
import { unpackDeb } from '../host/debian/deb.ts';
import type { ClosureQuestion } from '../host/debian/find-closure.ts';
import { findPackages } from '../host/debian/find-packages.ts';
import type { DebianPackage } from '../host/debian/package-index.ts';
import { InfraError } from '../host/errors.ts';
import { contentKey } from '../host/key.ts';
import { cacheRoot } from '../host/places.ts';

export interface FetchOptions {
  signal?: AbortSignal | undefined;
  /** Called with what is being done, and with warnings (`warning: …`), one line each. */
  progress?: ((note: string) => void) | undefined;
  /** Do not warn of packages that are not those of the lock. */
  quiet?: boolean | undefined;
}

/** Suites that have a QEMU, each with those that its packages come from. */
export const qemuReleases: Readonly<Record<string, readonly string[]>> = {
  bookworm: ['bookworm', 'bookworm-security'],
  'bookworm-backports': ['bookworm', 'bookworm-security', 'bookworm-backports'],
  trixie: ['trixie', 'trixie-security'],
  'trixie-backports': ['trixie', 'trixie-security', 'trixie-backports'],
};

/** QEMU only recommends its BIOS. */
const names = ['qemu-system-x86', 'seabios'];

/** Part of every key: to be raised when what is unpacked changes for the same packages. */
const format = 1;

const library = 'lib/x86_64-linux-gnu';

/** What unpacked QEMUs may take between runs, in bytes: six of 170 MB. */
const most = 2 ** 30;

function qemuCache(): Cache {
  return new Cache(path.join(cacheRoot(), 'qemu'));
}

/** At the end of a run: its QEMUs may be removed from now on, and the least recently used beyond the limit are. */
export function boundFetchedQemu(): void {
  qemuCache().release();
  qemuCache().shrink(most);
}

/** The packages of the QEMU of a suite. */
export function qemuQuestion(suite: string): ClosureQuestion {
  const suites = qemuReleases[suite] ?? [suite];
  const release = suite.endsWith('-backports') ? suite : undefined;
  const file = path.join(cacheRoot(), 'qemu-packages', `${suite}.json`);
  return { set: `qemu debian:${suite}`, suites, names, release, what: `QEMU of ${suite}`, file };
}

/** The command of the QEMU of a suite, and where its packages come from. @throws InfraError when they cannot be fetched or have no QEMU. */
export async function fetchQemu(suite: string, options: FetchOptions): Promise<{ argv: string[]; origin: string }> {
  const { signal, progress } = options;
  const question = qemuQuestion(suite);
  const found = await findPackages(question, {
    ...options,
    warn: (text) => progress?.(`warning: ${text}`),
    isKept: (packages) => qemuCache().has(keyOf(suite, packages)),
  });
  const key = keyOf(suite, found.packages);
  await qemuCache().hold(key, signal);
  const root = await qemuCache().ensure(
    key,
    async (part) => {
      progress?.(`fetching QEMU of ${suite} (${found.packages.length} packages)`);
      for (const deb of await found.apt.download(found.packages, question.suites, key)) {
        await unpackDeb(deb, part, signal);
      }
      found.apt.forget(key);
    },
    signal,
  );
  return { argv: commandOf(root), origin: found.origin };
}

function keyOf(suite: string, packages: readonly DebianPackage[]): string {
  return `${suite}-${contentKey([format, packages.map(({ name, version, sha256 }) => [name, version, sha256])])}`;
}

/** How a QEMU is started that lies unpacked in a folder. */
function commandOf(root: string): string[] {
  const program = path.join(root, 'usr/bin/qemu-system-x86_64');
  // Until trixie, libc6 has its loader in /lib, which is a link to /usr/lib only once the system is installed.
  const folders = [path.join(root, 'usr', library), path.join(root, library)];
  const loader = folders.map((folder) => path.join(folder, 'ld-linux-x86-64.so.2')).find((file) => existsSync(file));
  if (loader === undefined || !existsSync(program)) {
    throw new InfraError(`there is no QEMU in ${root}`, { hint: 'Its packages are not as expected.' });
  }
  return [
    'env',
    // The accelerators are modules; those of this machine's QEMU are of another version.
    `QEMU_MODULE_DIR=${path.join(root, 'usr', library, 'qemu')}`,
    ...[loader, '--argv0', 'qemu-system-x86_64', '--library-path', folders.join(':'), program],
    ...['-L', path.join(root, 'usr/share/qemu'), '-L', path.join(root, 'usr/share/seabios')],
  ];
}
