// SPDX-License-Identifier: GPL-2.0-only
// Builds a C program of a scenario with the host's compiler, as the agent is built: one static program, kept by the hash of its source.

import path from 'node:path';
import { Cache } from '../../host/cache.ts';
import { InfraError, UsageError } from '../../host/errors.ts';
import { contentKey, fileHash } from '../../host/key.ts';
import { findProgram } from '../../host/needs.ts';
import { cacheRoot } from '../../host/places.ts';
import { runProgram } from '../../host/program.ts';
import { fetchedLibraries, hostLibraries } from './agent-libraries.ts';

/** Threads and what Linux has beyond POSIX can be used. */
const flags = ['-static', '-O2', '-std=gnu11', '-D_GNU_SOURCE', '-Wall', '-pthread'];

/**
 * The path of the static program of a C file.
 * @throws UsageError with what the compiler says of the file; InfraError when there is no compiler or no C library
 */
export async function buildProgram(source: string, signal?: AbortSignal): Promise<string> {
  if (findProgram('gcc') === undefined) {
    throw new InfraError(`${path.basename(source)} cannot be built: the C compiler gcc is missing`, {
      hint: 'npx hazmat doctor --fix installs it.',
    });
  }
  const { options, id: linked } = (await hostLibraries()) ?? (await fetchedLibraries({ signal }));
  const compiler = (await runProgram(['gcc', '-dumpfullversion', '-dumpmachine'])).stdout.trim();
  const id = contentKey({ program: await fileHash(source), flags, compiler, libraries: linked });
  const folder = await new Cache(path.join(cacheRoot(), 'agent')).ensure(
    id,
    async (part) => {
      const argv = ['gcc', ...options, ...flags, '-o', path.join(part, 'program'), source];
      const { exitCode, stderr } = await runProgram(argv, { env: { LC_ALL: 'C' }, signal, accept: [0, 1] });
      if (exitCode !== 0) throw new UsageError(`${source} cannot be compiled`, { hint: stderr.trimEnd() });
    },
    signal,
  );
  return path.join(folder, 'program');
}
