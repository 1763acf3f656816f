// SPDX-License-Identifier: GPL-2.0-only
// The C library and the JSON library that are linked into the agent, with their headers: this host's where it has them as static
// libraries, which few distributions have, else Debian's, fetched and unpacked in the cache.

import path from 'node:path';
import { Cache } from '../../host/cache.ts';
import { unpackDeb } from '../../host/debian/deb.ts';
import type { ClosureQuestion } from '../../host/debian/find-closure.ts';
import { findPackages } from '../../host/debian/find-packages.ts';
import type { DebianPackage } from '../../host/debian/package-index.ts';
import { contentKey, fileHash } from '../../host/key.ts';
import { cacheRoot } from '../../host/places.ts';
import { runProgram } from '../../host/program.ts';
import { loadUserspaceList } from './userspace-list.ts';

export interface AgentLibraries {
  /** Options of the compiler that find them. */
  options: string[];
  /** Changes with their content. */
  id: string;
}

interface FetchOptions {
  signal?: AbortSignal | undefined;
  progress?: ((note: string) => void) | undefined;
}

const files = ['libc.a', 'libjansson.a'] as const;
const packages = ['libc6-dev', 'libjansson-dev', 'linux-libc-dev'];
const target = 'x86_64-linux-gnu';

/** Those of this host, if it has all. */
export async function hostLibraries(): Promise<AgentLibraries | undefined> {
  const found: string[] = [];
  for (const name of files) {
    // gcc prints the bare name of a library that it does not find.
    const file = (await runProgram(['gcc', `-print-file-name=${name}`])).stdout.trim();
    if (!path.isAbsolute(file)) return undefined;
    found.push(file);
  }
  return { options: [], id: contentKey(await Promise.all(found.map(fileHash))) };
}

/** Their packages: those of the suites of the guest's userspace. What else they depend on is for programs that run. */
export function agentQuestion(): ClosureQuestion {
  const { suites } = loadUserspaceList();
  const file = path.join(cacheRoot(), 'agent-packages', `${suites.join('+')}.json`);
  return { set: 'agent', suites, names: packages, only: packages, what: 'the libraries of the agent', file };
}

/** Those of Debian. @throws InfraError when they cannot be fetched. */
export async function fetchedLibraries({ signal, progress }: FetchOptions = {}): Promise<AgentLibraries> {
  const cache = new Cache(path.join(cacheRoot(), 'agent'));
  const question = agentQuestion();
  const { packages: wanted, apt } = await findPackages(question, {
    warn: (text) => progress?.(`warning: ${text}`),
    isKept: (found) => cache.has(`libraries-${idOf(found)}`),
    ...{ signal, progress },
  });
  const id = idOf(wanted);
  const key = `libraries-${id}`;
  const root = await cache.ensure(
    key,
    async (part) => {
      progress?.(`fetching the libraries of the agent (${wanted.length} packages)`);
      for (const deb of await apt.download(wanted, question.suites, key)) await unpackDeb(deb, part, signal);
      apt.forget(key);
    },
    signal,
  );
  const own = (await runProgram(['gcc', '-print-file-name=include'])).stdout.trim();
  return { options: optionsOf(root, own), id };
}

/** The compiler's options for libraries unpacked in `root`. `own`: the headers that come with the compiler. Pure. */
export function optionsOf(root: string, own: string): string[] {
  const libraries = path.join(root, 'usr/lib', target);
  const headers = [own, path.join(root, 'usr/include', target), path.join(root, 'usr/include')];
  // libm.a is a linker script with absolute paths, which the linker takes from the system root. -B finds crt1.o.
  return [
    ...[`--sysroot=${root}`, '-nostdinc', ...headers.flatMap((folder) => ['-isystem', folder])],
    ...[`-B${libraries}`, `-L${libraries}`],
  ];
}

function idOf(found: readonly DebianPackage[]): string {
  return contentKey(found.map(({ name, version, sha256 }) => [name, version, sha256]));
}
