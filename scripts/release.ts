// SPDX-License-Identifier: GPL-2.0-only
// npm run release: packs the checkout into release/hazmat-VERSION.tgz, with its SHA-256 next to it. The package is installed in a folder
// of its own and started before it is called made.

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { projectRoot } from '../harness/host/places.ts';

const { stdout: changes } = await execa('git', ['-C', projectRoot, 'status', '--porcelain']);
if (changes !== '') {
  console.error(`release: there are changes that are not committed:\n${changes}`);
  process.exit(2);
}
const folder = path.join(projectRoot, 'release');
mkdirSync(folder, { recursive: true });
const packed = await execa('npm', ['pack', '--json', '--pack-destination', folder], {
  cwd: projectRoot,
  stderr: 'inherit',
});
const name = nameOf(packed.stdout);
const file = path.join(folder, name);

const trial = mkdtempSync(path.join(os.tmpdir(), 'hazmat-release-'));
try {
  await execa('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', trial, file], {
    stdio: 'inherit',
  });
  const { stdout: version } = await execa(path.join(trial, 'node_modules/.bin/hazmat'), ['--version'], { cwd: trial });
  const sum = createHash('sha256').update(readFileSync(file)).digest('hex');
  writeFileSync(`${file}.sha256`, `${sum}  ${name}\n`);
  console.log(`hazmat ${version}: ${path.relative(process.cwd(), file)}\nsha256 ${sum}`);
} finally {
  rmSync(trial, { recursive: true, force: true });
}

/** npm 10 prints a list of packages; npm 11 and newer may print them by name. What a script prints comes before it. */
function nameOf(stdout: string): string {
  const start = stdout.search(/^[[{]/m);
  const parsed = z
    .union([
      z.array(z.object({ filename: z.string() })).nonempty(),
      z.record(z.string(), z.object({ filename: z.string() })),
    ])
    .parse(JSON.parse(stdout.slice(start)));
  const [first] = Object.values(parsed);
  if (first === undefined) throw new Error(`npm pack named no file: ${stdout}`);
  return path.basename(first.filename);
}
