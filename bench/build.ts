// SPDX-License-Identifier: GPL-2.0-only
// Compares a kernel built by hazmat with plain make: from nothing, with one line changed, with nothing changed. The ratio is
// what hazmat adds to a build. Needs an idle machine, 10 GB of disk and the time of two builds; it uses a cache of its own.
//   npx tsx bench/build.ts [VERSION]

import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { cacheRoot, projectRoot } from '../harness/host/places.ts';

const [version = '7.2'] = process.argv.slice(2);
const file = 'fs/xfs/xfs_notify_failure.c';
mkdirSync(cacheRoot(), { recursive: true });
const folder = mkdtempSync(path.join(cacheRoot(), 'bench-build-'));

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** Seconds of hazmat: in all, from the source on, and of make alone; the last two are 0 when nothing was built. */
async function hazmat(spec: string): Promise<{ whole: number; build: number; make: number }> {
  let notes = '';
  const whole = await seconds(async () => {
    const argv = ['bin/hazmat.mjs', 'kernel', 'fetch', spec];
    const env = { HAZMAT_CACHE: path.join(folder, 'cache') };
    notes = (await execa('node', argv, { cwd: projectRoot, env })).stderr;
  });
  const [, build = '0', make = '0'] = /objects in (\d+) s, of which make (\d+) s/.exec(notes) ?? [];
  return { whole, build: Number(build), make: Number(make) };
}

const spec = `source:${version}`;
const first = await hazmat(spec);
const buildTrees = path.join(folder, 'cache/build-trees');
const buildTree = path.join(buildTrees, readdirSync(buildTrees)[0] ?? '');
const [tree, out] = [path.join(buildTree, 'tree'), path.join(buildTree, 'out')];

const lines = readFileSync(path.join(tree, file), 'utf8').split('\n');
const at = lines.length - 1;
const patch = path.join(folder, 'line.patch');
const diff = [
  `--- a/${file}`,
  `+++ b/${file}`,
  `@@ -${at},1 +${at},2 @@`,
  ` ${lines[at - 1] ?? ''}`,
  '+/* one line */',
  '',
];
writeFileSync(patch, diff.join('\n'));
const changed = await hazmat(`${spec}+${patch}`);
const same = await hazmat(`${spec}+${patch}`);

// Plain make in the same tree and with the same configuration: from nothing, with one line changed, with nothing changed.
const byHand = path.join(folder, 'by-hand');
mkdirSync(byHand);
copyFileSync(path.join(out, '.config'), path.join(byHand, '.config'));
const make = (...targets: string[]): Promise<unknown> =>
  execa('make', ['-C', tree, `O=${byHand}`, `-j${os.availableParallelism()}`, ...targets]);
await make('olddefconfig');
const plain = (): Promise<number> => seconds(() => make('bzImage', 'modules'));
const plainFirst = await plain();
appendFileSync(path.join(tree, file), '/* another line */\n');
const plainChanged = await plain();
const plainSame = await plain();

function row(what: string, ours: number, theirs: number): void {
  const columns = [ours.toFixed(1), theirs.toFixed(1), (ours / theirs).toFixed(2)].map((text) => text.padStart(8));
  console.log(what.padEnd(36) + columns.join(''));
}
console.log(`${spec}, ${os.availableParallelism()} CPUs; seconds`);
console.log(''.padEnd(36) + ['hazmat', 'make', 'ratio'].map((text) => text.padStart(8)).join(''));
row('from nothing, fetching and all', first.whole, plainFirst);
row('from a source in the cache', first.build, plainFirst);
row('one line changed', changed.whole, plainChanged);
row('one line changed, the build alone', changed.build, plainChanged);
row('nothing changed', same.whole, plainSame);
console.log(`make alone, under hazmat: ${first.make} s from nothing, ${changed.make} s with one line changed`);
rmSync(folder, { recursive: true });
