// SPDX-License-Identifier: GPL-2.0-only
// What npm runs before and after it packs: compiles the program into dist/, and removes that again. A checkout never uses dist/.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compile, packaged } from '../bin/compiled.mjs';

const root = path.resolve(import.meta.dirname, '..');
const folder = path.dirname(packaged);

rmSync(folder, { recursive: true, force: true });
if (process.argv[2] !== 'clean') {
  mkdirSync(folder);
  await compile(packaged);
  const commit = execFileSync('git', ['-C', root, 'describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  writeFileSync(path.join(folder, 'made-from.json'), `${JSON.stringify({ commit })}\n`);
}
