// SPDX-License-Identifier: GPL-2.0-only
// The compiler that kernels and modules are built with.

import { findProgram } from '../../host/needs.ts';
import { runProgram } from '../../host/program.ts';

/** The versions of compiler and linker, as they go into keys. @throws InfraError when one is not installed. */
export async function compilerVersion(): Promise<string> {
  const first = async (argv: string[]): Promise<string> => (await runProgram(argv)).stdout.split('\n')[0] ?? '';
  return `${await first(['gcc', '--version'])}; ${await first(['ld', '--version'])}`;
}

/** Arguments for make that put ccache before the compiler, where it is installed. */
export function ccacheArguments(): string[] {
  return findProgram('ccache') === undefined ? [] : ['CC=ccache gcc', 'HOSTCC=ccache gcc'];
}
