// SPDX-License-Identifier: GPL-2.0-only
// kill -9 of one of two harnesses that share cache, results and TMPDIR, at whatever moment: the other goes on, the cache has only
// whole entries, and the next start leaves nothing of the dead.

import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { anotherProcess, firstLine } from './another-process.ts';
import { temporaryFolder } from './temporary.ts';

const kills = 6;
const keys = ['a', 'b', 'c'];

/** What a harness does in its life, over and over: sweep, hold and make entries, make sockets and runs, free the cache. */
const life = `
  import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { Cache } from './harness/host/cache.ts';
  import { writeKept } from './harness/host/kept-json.ts';
  import { makeScratch } from './harness/host/scratch.ts';
  import { writeReports } from './harness/report/write-reports.ts';
  import { RunFolder } from './harness/results/run-folder.ts';
  import { sweep } from './harness/run/sweep.ts';
  const { HAZMAT_CACHE, HAZMAT_RESULTS, ROUNDS } = process.env;
  const cache = new Cache(HAZMAT_CACHE + '/checkpoints');
  console.log('started');
  for (let n = 0; n < Number(ROUNDS); n++) {
    await sweep();
    const run = await RunFolder.create(HAZMAT_RESULTS, 'kills', writeReports);
    const sockets = makeScratch();
    writeFileSync(sockets + '/qmp.sock', '');
    for (const key of ${JSON.stringify(keys)}) {
      await cache.hold(key);
      const entry = await cache.ensure(key, async (folder) => {
        writeFileSync(folder + '/first', 'x'.repeat(100000));
        await sleep(5);
        mkdirSync(folder + '/below');
        writeFileSync(folder + '/below/last', key);
      });
      if (readFileSync(entry + '/below/last', 'utf8') !== key) throw new Error('half an entry');
      cache.letGo(key);
    }
    writeKept(HAZMAT_CACHE + '/value.json', n);
    cache.shrink(100000);
    run.close();
    rmSync(sockets, { recursive: true });
  }
  cache.release();`;

/** All that is in a folder, hidden or not. */
function below(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort() : [];
}

it('loses and leaves nothing', async () => {
  const root = temporaryFolder();
  const env = Object.fromEntries(
    ['HAZMAT_CACHE', 'HAZMAT_RESULTS', 'TMPDIR'].map((name) => [name, path.join(root, name.toLowerCase())]),
  );
  for (const folder of Object.values(env)) mkdirSync(folder);
  const start = (rounds: number) => anotherProcess(life, { ...env, ROUNDS: String(rounds) });
  for (let n = 0; n < kills; n++) {
    const [victim, survivor] = [start(1000), start(3)];
    await Promise.all([victim, survivor].map(firstLine));
    await sleep(Math.random() * 250);
    victim.kill('SIGKILL');
    const { exitCode, stderr } = await survivor;
    expect([exitCode, stderr]).toEqual([0, '']);
    await victim;
  }
  // A life file whose process was killed before it could lock it goes after a minute (life.ts).
  for (const name of below(root).filter((one) => path.basename(one).startsWith('.new-live.')))
    utimesSync(path.join(root, name), 1, 1);
  const last = await start(1);
  expect([last.exitCode, last.stderr]).toEqual([0, '']);

  const { HAZMAT_CACHE: cache = '', HAZMAT_RESULTS: results = '', TMPDIR: temporary = '' } = env;
  expect(below(path.join(temporary, `hazmat.${process.getuid?.() ?? 0}`))).toEqual([]);
  expect(below(results).filter((name) => !name.startsWith('20') && name !== 'latest')).toEqual([]);
  expect(below(results).filter((name) => name.endsWith('/owner'))).toEqual([]);
  const kept = below(path.join(cache, 'checkpoints'));
  expect(kept.filter((name) => name.startsWith('.'))).toEqual([]);
  for (const key of keys.filter((name) => kept.includes(name))) {
    expect(readFileSync(path.join(cache, 'checkpoints', key, 'below/last'), 'utf8')).toBe(key);
  }
  // A value that is being written when its process is killed leaves a part, which goes after an hour.
  expect(below(cache).filter((name) => /^\.(?!value\.json\.part\.)/.test(name))).toEqual([]);
}, 120_000);
