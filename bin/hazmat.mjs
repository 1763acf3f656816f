#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-only
// Starts the program, compiled from the TypeScript as it stands (compiled.mjs): there is never a stale build.

import { mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

try {
  process.cwd();
} catch {
  usageError('the working directory no longer exists: change to one that does');
}
try {
  rmdirSync(mkdtempSync(path.join(os.tmpdir(), 'hazmat-')));
} catch (error) {
  usageError(`TMPDIR is ${os.tmpdir()}: no folder can be made there (${error.code}). Set it to one such as /tmp`);
}
// Node itself raises the soft limit to the hard one. Sources, guests, sockets and logs need about 120 for one guest.
const openFiles = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
if (Number(openFiles) < 256)
  usageError(`at most ${openFiles} files can be open at a time; 256 are needed (ulimit -n 1024)`);

function usageError(message) {
  process.stderr.write(`hazmat: ${message}\n`);
  process.exit(2);
}

// Imported only now: esbuild and tsx need a working directory, and in a folder of /proc tsx's mkdir never returns.
const { compiledProgram } = await import('./compiled.mjs');
const program = await compiledProgram();
process.setSourceMapsEnabled(true);
if (program === undefined) {
  const { register } = await import('tsx/esm/api');
  register();
  await import('../harness/cli/main.ts');
} else {
  await import(program);
}
