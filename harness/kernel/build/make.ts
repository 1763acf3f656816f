// SPDX-License-Identifier: GPL-2.0-only
// Runs the kernel's make: always with the same arguments and environment, so that nothing is built again without need. Its
// output is read while it runs.

import os from 'node:os';
import { execa } from 'execa';
import { InfraError } from '../../host/errors.ts';
import { findProgram } from '../../host/needs.ts';
import { quoteArgv } from '../../host/program.ts';
import { ccacheArguments } from './compiler.ts';
import { BuildOutput } from './build-output.ts';

/** Keeps the host, the user and the time out of what is built (Documentation/kbuild/reproducible-builds.rst). */
const buildEnvironment = {
  LC_ALL: 'C',
  MAKEFLAGS: '',
  LOCALVERSION: '',
  KBUILD_BUILD_TIMESTAMP: '1970-01-01',
  KBUILD_BUILD_VERSION: '1',
  KBUILD_BUILD_USER: 'hazmat',
  KBUILD_BUILD_HOST: 'hazmat',
};

export interface MakeOptions {
  /** The source tree, in which make starts. */
  tree: string;
  /** The folder of `M=`, below the tree. */
  folder?: string | undefined;
  /** Called for each object that is built, with the number of objects so far. */
  onObject?: ((object: string, count: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** The command line of a build. Pure, except that it looks for ccache. */
export function makeArgv(goals: readonly string[], ccache = ccacheArguments()): string[] {
  const jobs = `-j${os.availableParallelism()}`;
  return ['make', jobs, '--output-sync=target', 'ARCH=x86_64', ...ccache, ...goals];
}

/**
 * Runs make to its end. Whether it succeeded is in `output.failed`.
 * @throws InfraError when make cannot be started or was stopped.
 */
export async function runMake(
  goals: readonly string[],
  { tree, folder, onObject, signal }: MakeOptions,
): Promise<BuildOutput> {
  // Guests that are tested at the same time have deadlines, a build has none.
  const nice = findProgram('nice') === undefined ? [] : ['nice', '-n', '5'];
  const [file = '', ...args] = [...nice, ...makeArgv(goals)];
  const output = new BuildOutput(tree, onObject, folder);
  const make = execa(file, args, {
    cwd: tree,
    env: buildEnvironment,
    stdin: 'ignore',
    all: true,
    buffer: false,
    reject: false,
    ...(signal === undefined ? {} : { cancelSignal: signal, gracefulCancel: false }),
  });
  for await (const line of make.iterable({ from: 'all' })) output.take(line);
  const result = await make;
  if (result.isCanceled) throw new InfraError('make was stopped', { cause: result });
  if (result.exitCode === undefined) {
    throw new InfraError(`make could not be run: ${result.originalMessage ?? result.signal ?? 'no reason given'}`, {
      hint: quoteArgv([file, ...args]),
    });
  }
  output.failed = result.exitCode !== 0;
  return output;
}

/**
 * Runs a goal of make that compiles nothing of the series: configuration, installation.
 * @throws InfraError with the end of make's output when it fails.
 */
export async function makeGoal(
  goals: readonly string[],
  { tree, signal }: { tree: string; signal?: AbortSignal | undefined },
): Promise<void> {
  const output = await runMake(goals, { tree, signal });
  if (output.failed) throw new InfraError(`make ${goals.at(-1) ?? ''} failed`, { hint: output.explain() });
}
