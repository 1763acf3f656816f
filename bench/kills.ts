// SPDX-License-Identifier: GPL-2.0-only
// Two harnesses on one cache, each killed with SIGKILL at random moments, again and again; every other run that was killed is resumed.
// The bound on checkpoints is small, so that both make and remove them all the time. Says how many cells had a wrong verdict, and what
// was left behind.
//   npx tsx bench/kills.ts [KILLS [KERNEL [SECONDS]]]   SECONDS: the latest moment of a kill, 15 unless told

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa, type Result } from 'execa';
import { tagOf } from '../harness/host/life.ts';
import { projectRoot } from '../harness/host/places.ts';
import { guestsOf, scratchFolders } from '../harness/host/scratch.ts';
import { readRun } from '../harness/results/read-run.ts';

const [kills = 100] = process.argv.slice(2, 3).map(Number);
const kernel = process.argv[3] ?? '6.12';
const latest = Number(process.argv[4] ?? 15);
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
const env = { HAZMAT_CHECKPOINTS_MAX: '800M' };
const seen = { killed: 0, finished: 0, resumed: 0, cells: 0 };
const wrong: string[] = [];
const damaged: string[] = [];

const start = (results: string, ...args: string[]) =>
  execa('node', ['bin/hazmat.mjs', 'run', ...args], {
    cwd: projectRoot,
    reject: false,
    all: true,
    env: { ...env, HAZMAT_RESULTS: results },
  });

/** Looks at a run that came to its end by itself. */
function examine(results: string, what: string, { exitCode, all }: Result<{ all: true }>): void {
  const { cells } = readRun(path.join(results, 'latest'));
  seen.cells += cells.length;
  for (const { scenario, verdict, why } of cells)
    if (verdict !== 'pass') wrong.push(`${what}: ${scenario} ${verdict}: ${why}`);
  if (exitCode !== 0) wrong.push(`${what}: exit ${exitCode ?? '?'}: ${all.slice(-500)}`);
  damaged.push(...all.split('\n').filter((line) => /damaged/.test(line)));
}

/** Processes of guests of a harness. */
function guestsOfHarness(pid: number): number[] {
  const own = scratchFolders('running').filter((folder) => tagOf(folder).startsWith(`${pid}-`));
  return own.flatMap(guestsOf);
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function killOne(number: number): Promise<void> {
  const results = path.join(root, String(number));
  const chosen = scenarios.filter(() => Math.random() < 0.5);
  const run = start(results, ...(chosen.length > 0 ? chosen : scenarios), '-k', kernel, '--jobs', '2');
  const ended = run.then((result) => result as Result<{ all: true }>);
  const afterMs = Math.random() * latest * 1000;
  if ((await Promise.race([ended, sleep(afterMs)])) !== undefined) {
    seen.finished += 1;
    examine(results, `run ${number}`, await ended);
  } else {
    const guests = guestsOfHarness(run.pid ?? 0);
    run.kill('SIGKILL');
    await ended;
    seen.killed += 1;
    await sleep(3000);
    const left = guests.filter(isAlive);
    if (left.length > 0) wrong.push(`run ${number}: guests ${left.join(' ')} outlive their harness`);
    const begun = readdirSync(root).includes(String(number)) && readdirSync(results).includes('latest');
    if (begun && number % 2 === 0) {
      seen.resumed += 1;
      examine(
        results,
        `run ${number}, resumed`,
        (await start(results, '--resume', path.join(results, 'latest'))) as Result<{ all: true }>,
      );
    }
  }
  rmSync(results, { recursive: true, force: true });
  console.log(`${number}\tafter ${(afterMs / 1000).toFixed(1)} s\t${JSON.stringify(seen)}\twrong ${wrong.length}`);
}

let next = 0;
async function worker(): Promise<void> {
  while (seen.killed < kills) await killOne(next++);
}

try {
  await Promise.all([worker(), worker()]);
  const last = path.join(root, 'last');
  examine(last, 'last run', (await start(last, ...scenarios, '-k', kernel)) as Result<{ all: true }>);
  console.log(`${seen.killed} kills, ${seen.finished} runs that ended before theirs, ${seen.resumed} resumed`);
  console.log(`${seen.cells} cells of runs that came to their end`);
  console.log(`scratch folders left: ${scratchFolders('ended').length}`);
  console.log(`entries of the cache that were damaged: ${damaged.length}\n${damaged.join('\n')}`);
  console.log(`wrong: ${wrong.length}\n${wrong.join('\n')}`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
