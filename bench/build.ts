// SPDX-License-Identifier: GPL-2.0-only
// A whole kernel by hazmat, and by plain make with the same source, configuration and jobs: from nothing, with one line
// changed, with nothing changed. What hazmat adds is the ratio. Wants an idle machine and some 20 minutes.
//   npx tsx bench/build.ts [VERSION]

import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { cacheRoot, projectRoot } from '../harness/host/places.ts';
import { makeArgv } from '../harness/kernel/make.ts';

const [version = '7.2'] = process.argv.slice(2);
const file = 'fs/xfs/xfs_notify_failure.c';
// On one file system with the cache, so that neither side has the faster disk.
mkdirSync(cacheRoot(), { recursive: true });
const folder = mkdtempSync(path.join(cacheRoot(), 'bench-build-'));
const cache = path.join(folder, 'cache');
mkdirSync(path.join(cache, 'apt'), { recursive: true });

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** hazmat with a cache of its own; returns its notes. */
async function hazmat(spec: string): Promise<string> {
  const argv = ['bin/hazmat.mjs', 'kernel', 'fetch', spec];
  const { stdout, stderr } = await execa('node', argv, { cwd: projectRoot, env: { HAZMAT_CACHE: cache } });
  return `${stderr}\n${stdout}`;
}

async function make(tree: string, out: string): Promise<void> {
  const [program = '', ...args] = makeArgv([`O=${out}`, 'bzImage', 'modules']);
  const env = {
    LOCALVERSION: '',
    KBUILD_BUILD_TIMESTAMP: '1970-01-01',
    KBUILD_BUILD_VERSION: '1',
    KBUILD_BUILD_USER: 'hazmat',
    KBUILD_BUILD_HOST: 'hazmat',
  };
  await execa(program, args, { cwd: tree, env, stdout: 'ignore' });
}

const spec = `source:${version}`;
let notes = '';
const whole = await seconds(async () => {
  notes = await hazmat(spec);
});
const built = Number(/objects in (\d+) s/.exec(notes)?.[1]);

// The same source, laid out by git, and the configuration that hazmat came to.
const tree = path.join(folder, 'tree');
const out = path.join(folder, 'out');
for (const one of [tree, out]) mkdirSync(one);
const git = ['--git-dir', path.join(cache, 'sources.git'), '--work-tree', tree];
const { stdout: refs } = await execa('git', [...git, 'for-each-ref', '--format=%(objectname)', 'refs/hazmat/debian']);
await execa('git', [...git, 'read-tree', '-u', '--reset', refs.split('\n')[0] ?? ''], {
  cwd: tree,
  env: { GIT_INDEX_FILE: path.join(folder, 'index') },
});
const benches = path.join(cache, 'benches');
const { stdout: bench } = await execa('ls', [benches]);
copyFileSync(path.join(benches, bench.split('\n')[0] ?? '', 'out/.config'), path.join(out, '.config'));
const plain = await seconds(() => make(tree, out));

const lines = readFileSync(path.join(tree, file), 'utf8').split('\n');
const patch = path.join(folder, 'line.patch');
const at = lines.length - 1;
writeFileSync(
  patch,
  [`--- a/${file}`, `+++ b/${file}`, `@@ -${at},1 +${at},2 @@`, ` ${lines[at - 1] ?? ''}`, '+/* one line */', ''].join(
    '\n',
  ),
);
const changed = await seconds(() => hazmat(`${spec}+${patch}`));
appendFileSync(path.join(tree, file), '/* one line */\n');
const plainChanged = await seconds(() => make(tree, out));
const same = await seconds(() => hazmat(`${spec}+${patch}`));
const plainSame = await seconds(() => make(tree, out));

const row = (what: string, ours: number, theirs: number): void =>
  console.log(
    `${what.padEnd(34)} ${ours.toFixed(1).padStart(8)} ${theirs.toFixed(1).padStart(8)} ${(ours / theirs).toFixed(2).padStart(6)}`,
  );
console.log(`${spec}, ${os.availableParallelism()} CPUs; seconds`);
console.log(`${''.padEnd(34)} ${'hazmat'.padStart(8)} ${'make'.padStart(8)}  ratio`);
row('from nothing, with fetching', whole, plain);
row('from a source that is there', built, plain);
row('one line changed', changed, plainChanged);
row('nothing changed', same, plainSame);
rmSync(folder, { recursive: true });
