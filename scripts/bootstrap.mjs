// SPDX-License-Identifier: GPL-2.0-only
// npm start and npm test on a fresh clone: nothing but Node is needed to begin. Installs the npm packages if they are not
// there as the lock file says, then goes on with scripts/start.ts or scripts/test.ts.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const [what, ...args] = process.argv.slice(2);

const installed = path.join(root, 'node_modules/.package-lock.json');
const wanted = path.join(root, 'package-lock.json');
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(wanted).mtimeMs) {
  console.log('npm packages: installing');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) {
    console.error('hazmat: npm ci failed; its words are above');
    process.exit(3);
  }
}
const { register } = await import('tsx/esm/api');
register();
const { main } = await import(path.join(root, 'scripts', `${what}.ts`));
process.exitCode = await main(args);
