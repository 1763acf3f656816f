// SPDX-License-Identifier: GPL-2.0-only
// Builds the agent with the host's compiler: one static program. The cache keeps it by the hash of its inputs.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { InfraError } from '../../host/errors.ts';
import { contentKey, fileHash } from '../../host/key.ts';
import { findProgram } from '../../host/needs.ts';
import { cacheRoot, projectRoot } from '../../host/places.ts';
import { runProgram } from '../../host/program.ts';
import { Cache } from '../../host/cache.ts';

const sourceFolder = path.join(projectRoot, 'harness/agent');

/** Every agent is built with these; they are part of its id. */
export const agentFlags: readonly string[] = [
  '-static',
  '-s',
  '-O2',
  '-std=gnu11',
  '-D_GNU_SOURCE',
  '-Wall',
  '-Wextra',
  '-Werror',
];

export interface BuiltAgent {
  /** The static program. */
  path: string;
  /** Changes with its sources, its flags, the compiler and the libraries linked in. */
  id: string;
}

/** The compiler's command line for these C files. */
export function agentCommand(sources: readonly string[], output: string): string[] {
  return ['gcc', ...agentFlags, '-o', output, ...sources, '-ljansson'];
}

/**
 * The agent, built again when its sources or the compiler have changed.
 * @throws InfraError naming the Debian package when the compiler or a static library is missing.
 */
export async function buildAgent(signal?: AbortSignal): Promise<BuiltAgent> {
  if (findProgram('gcc') === undefined) throw missing('the C compiler gcc', 'gcc');
  const libraries = await Promise.all([
    staticLibrary('libc.a', 'libc6-dev'),
    staticLibrary('libjansson.a', 'libjansson-dev'),
  ]);
  const files = readdirSync(sourceFolder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[ch]$/.test(name))
    .sort();
  const compiler = (await runProgram(['gcc', '-dumpfullversion', '-dumpmachine'])).stdout.trim();
  const hashes = await Promise.all(
    files.map(async (name) => [name, await fileHash(path.join(sourceFolder, name))] as const),
  );
  const id = contentKey({
    sources: Object.fromEntries(hashes),
    command: agentCommand([], 'agent'),
    compiler,
    libraries: await Promise.all(libraries.map(fileHash)),
  });
  const folder = await new Cache(path.join(cacheRoot(), 'agent')).ensure(
    id,
    async (part) => {
      const sources = files.filter((name) => name.endsWith('.c')).map((name) => path.join(sourceFolder, name));
      await runProgram(agentCommand(sources, path.join(part, 'agent')), {
        env: { LC_ALL: 'C' },
        signal,
      });
    },
    signal,
  );
  return { path: path.join(folder, 'agent'), id };
}

/** The path of a static library. gcc prints the bare name of a library that it does not find. */
async function staticLibrary(name: string, debianPackage: string): Promise<string> {
  const found = (await runProgram(['gcc', `-print-file-name=${name}`])).stdout.trim();
  if (!path.isAbsolute(found)) throw missing(`the static library ${name}`, debianPackage);
  return found;
}

function missing(what: string, debianPackage: string): InfraError {
  return new InfraError(`the agent cannot be built: ${what} is missing`, {
    hint: `Install the Debian package ${debianPackage}: apt-get install ${debianPackage}`,
  });
}
