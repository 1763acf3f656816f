// SPDX-License-Identifier: GPL-2.0-only
// Another harness on this machine: a real node process that runs a module of TypeScript given as text.

import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { projectRoot } from '../../harness/host/places.ts';

/** Starts it. What it prints can be read line by line; it is ended with the test. */
export function anotherProcess(script: string, env: Record<string, string> = {}) {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
  const child = execa(process.execPath, args, { cwd: projectRoot, env, reject: false, stdin: 'pipe' });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await child;
  });
  return child;
}

/** The first line that it prints. @throws when it ends before. */
export async function firstLine(child: ReturnType<typeof anotherProcess>): Promise<string> {
  const line = once(createInterface({ input: child.stdout }), 'line').then(([text]) => String(text));
  const ended = child.then(({ stderr }) => Promise.reject(new Error(`it printed nothing: ${stderr}`)));
  return Promise.race([line, ended]);
}
