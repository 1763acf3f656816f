// SPDX-License-Identifier: GPL-2.0-only
// What kernels and modules are compiled with.

import { findProgram } from '../../host/needs.ts';
import { runProgram } from '../../host/program.ts';

/** Compiler and linker, as they go into keys. */
export async function compilerVersion(): Promise<string> {
  const first = async (argv: string[]): Promise<string> => (await runProgram(argv)).stdout.split('\n')[0] ?? '';
  return `${await first(['gcc', '--version'])}; ${await first(['ld', '--version'])}`;
}

/** Arguments for make that put ccache before the compiler, where it is installed. */
export function ccacheArguments(): string[] {
  return findProgram('ccache') === undefined ? [] : ['CC=ccache gcc', 'HOSTCC=ccache gcc'];
}
