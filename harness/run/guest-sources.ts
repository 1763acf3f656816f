// SPDX-License-Identifier: GPL-2.0-only
// The content of the files that a scenario brings into its guest; C programs are compiled.

import { readFile } from 'node:fs/promises';
import { buildProgram } from '../guest/image/program-build.ts';
import type { Sources } from '../scenario/layout.ts';
import type { Scenario } from '../scenario/load.ts';

/** What is brought into the guests of a scenario, in base64. @throws UsageError for a program that cannot be compiled, InfraError */
export async function readSources({ sources }: Pick<Scenario, 'sources'>, signal?: AbortSignal): Promise<Sources> {
  const read = new Map<string, string>();
  for (const [file, { path }] of sources) {
    const content = path.endsWith('.c') ? await buildProgram(path, signal) : path;
    read.set(file, await readFile(content, 'base64'));
  }
  return read;
}
