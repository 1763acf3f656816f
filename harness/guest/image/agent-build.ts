// SPDX-License-Identifier: GPL-2.0-only
// Builds the agent with the host's compiler: one static program. The cache keeps it by the hash of its inputs.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { InfraError } from '../../host/errors.ts';
import { fetchedLibraries, hostLibraries, type AgentLibraries } from './agent-libraries.ts';
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

/** The compiler's command line for these C files. `options`: those that find the libraries (agent-libraries.ts). */
export function agentCommand(sources: readonly string[], output: string, options: readonly string[] = []): string[] {
  return ['gcc', ...options, ...agentFlags, '-o', output, ...sources, '-ljansson'];
}

/**
 * The agent, built again when its sources or the compiler have changed.
 * @throws InfraError when the compiler is missing, or the libraries are and cannot be fetched.
 */
export async function buildAgent(
  signal?: AbortSignal,
  progress?: (note: string) => void,
  libraries?: AgentLibraries,
): Promise<BuiltAgent> {
  if (findProgram('gcc') === undefined) {
    throw new InfraError('the agent cannot be built: the C compiler gcc is missing', {
      hint: 'npx hazmat doctor --fix installs it.',
    });
  }
  const { options, id: linked } =
    libraries ?? (await hostLibraries()) ?? (await fetchedLibraries({ signal, progress }));
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
    libraries: linked,
  });
  const folder = await new Cache(path.join(cacheRoot(), 'agent')).ensure(
    id,
    async (part) => {
      const sources = files.filter((name) => name.endsWith('.c')).map((name) => path.join(sourceFolder, name));
      await runProgram(agentCommand(sources, path.join(part, 'agent'), options), {
        env: { LC_ALL: 'C' },
        signal,
      });
    },
    signal,
  );
  return { path: path.join(folder, 'agent'), id };
}
