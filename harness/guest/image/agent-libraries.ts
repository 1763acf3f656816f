// SPDX-License-Identifier: GPL-2.0-only
// The C library and the JSON library that are linked into the agent, with their headers: this host's where it has them as static
// libraries, which few distributions have, else Debian's, fetched and unpacked in the cache.

import path from 'node:path';
import { Cache } from '../../host/cache.ts';
import { Apt } from '../../host/debian/apt.ts';
import { unpackDeb } from '../../host/debian/deb.ts';
import { findClosure } from '../../host/debian/find-closure.ts';
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

/** Those of the suites of the guest's userspace. @throws InfraError when they cannot be fetched. */
export async function fetchedLibraries({ signal, progress }: FetchOptions = {}): Promise<AgentLibraries> {
  const { suites } = loadUserspaceList();
  const apt = new Apt({ warn: (text) => progress?.(`warning: ${text}`), signal });
  const file = path.join(cacheRoot(), 'agent-packages', `${suites.join('+')}.json`);
  const question = { suites, names: packages, what: 'the libraries of the agent', file };
  const closure = await findClosure(apt, question, { progress });
  // What else is in the closure is for programs that run.
  const wanted = closure.filter(({ name }) => packages.includes(name));
  const id = contentKey(wanted.map(({ name, version, sha256 }) => [name, version, sha256]));
  const key = `libraries-${id}`;
  const root = await new Cache(path.join(cacheRoot(), 'agent')).ensure(
    key,
    async (part) => {
      progress?.(`fetching the libraries of the agent (${wanted.length} packages)`);
      for (const deb of await apt.download(wanted, suites, key)) await unpackDeb(deb, part, signal);
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
