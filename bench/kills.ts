// SPDX-License-Identifier: GPL-2.0-only
// Two harnesses on one cache, each killed with SIGKILL at random moments, again and again; every other run that was killed is resumed.
// The bound on checkpoints is small, so that both make and remove them all the time. Says how many cells got a wrong verdict, and what
// was left behind.
//   npx tsx bench/kills.ts [KILLS [KERNEL [SECONDS]]]   SECONDS: the latest moment of a kill, 15 by default

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isGone } from '../test/host/is-gone.ts';
import { guestPids, latestRun, leftovers, startHazmat, until } from '../test/real/hazmat.ts';
import { cacheWithoutCheckpoints } from './own-cache.ts';

const [kills = 100] = process.argv.slice(2, 3).map(Number);
const kernel = process.argv[3] ?? '6.12';
const latestSeconds = Number(process.argv[4] ?? 15);
/** Scenarios that pass, of several machines, stacks and routes. */
const scenarios = [
  'devdax/files',
  'mapper/linear-failures',
  'memory/hugetlb',
  'poison/badblock-then-read',
  'poison/ghes-q35',
  'poison/mce-srao',
  'recover/punch-hole',
  'recover/rebind',
  'remove/page-cache-file',
  'sector/bad-block-rebind',
];

const root = mkdtempSync(path.join(os.tmpdir(), 'hazmat-bench-'));
const cache = cacheWithoutCheckpoints(root);
const seen = { killed: 0, finished: 0, resumed: 0, notBegun: 0, cells: 0 };
const wrong: string[] = [];
const damaged: string[] = [];

const start = (results: string, ...args: string[]) =>
  startHazmat(['run', ...args], results, { HAZMAT_CACHE: cache, HAZMAT_CHECKPOINTS_MAX: '800M' });

type Ended = Awaited<ReturnType<typeof start>>;

/** Looks at a run that came to its end by itself. */
function examine(results: string, what: string, { exitCode, stdout, stderr }: Ended): void {
  const { cells } = latestRun(results);
  seen.cells += cells.length;
  for (const { scenario, verdict, why } of cells)
    if (verdict !== 'pass') wrong.push(`${what}: ${scenario} ${verdict}: ${why}`);
  if (exitCode !== 0) wrong.push(`${what}: exit ${exitCode ?? '?'}: ${stderr.slice(-500)}`);
  damaged.push(...`${stdout}\n${stderr}`.split('\n').filter((line) => line.includes('damaged')));
}

async function killOne(number: number): Promise<void> {
  const results = path.join(root, String(number));
  const chosen = scenarios.filter(() => Math.random() < 0.5);
  const run = start(results, ...(chosen.length > 0 ? chosen : scenarios), '-k', kernel, '--jobs', '2');
  const seconds = Math.random() * latestSeconds;
  const ended = await Promise.race([run, sleep(seconds * 1000)]);
  if (ended !== undefined) {
    seen.finished += 1;
    examine(results, `run ${number}`, ended);
  } else {
    const guests = guestPids(run.pid);
    run.kill('SIGKILL');
    await run;
    seen.killed += 1;
    await until(() => guests.every(isGone));
    const latest = path.join(results, 'latest');
    if (existsSync(latest) && number % 2 === 0) {
      const resumed = await start(results, '--resume', latest);
      if (resumed.stderr.includes('was killed before it began')) seen.notBegun += 1;
      else {
        seen.resumed += 1;
        examine(results, `run ${number}, resumed`, resumed);
      }
    }
  }
  rmSync(results, { recursive: true, force: true });
  console.log(`${number}\tafter ${seconds.toFixed(1)} s\t${JSON.stringify(seen)}\twrong ${wrong.length}`);
}

let next = 0;
async function worker(): Promise<void> {
  while (seen.killed < kills) await killOne(next++);
}

try {
  await Promise.all([worker(), worker()]);
  const last = path.join(root, 'last');
  examine(last, 'last run', await start(last, ...scenarios, '-k', kernel));
  console.log(
    `${seen.killed} kills, ${seen.finished} runs that ended before theirs, ${seen.resumed} resumed, ${seen.notBegun} that had not begun`,
  );
  console.log(`${seen.cells} cells of runs that came to their end`);
  console.log(`scratch folders left: ${leftovers().length}`);
  console.log(`entries of the cache that were damaged: ${damaged.length}\n${damaged.join('\n')}`);
  console.log(`wrong: ${wrong.length}\n${wrong.join('\n')}`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
