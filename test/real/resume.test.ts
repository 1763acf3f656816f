// SPDX-License-Identifier: GPL-2.0-only
// A run that is killed again and again, and resumed, shows what a run that nobody touched shows; parts that are merged show it too.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RunRecord } from '../../harness/results/run-record.ts';
import { hazmat, latestRun, leftovers, startHazmat, temporaryFolder } from './hazmat.ts';

const words = [
  'remove/shared-mappers',
  'poison/badblock-then-load',
  'remove/ext4',
  'poison/hwpoison',
  '-k',
  '6.12',
  '-j',
  '1',
];

/** What of a run may not depend on when it was interrupted. */
function outcome({ cells }: RunRecord): unknown[] {
  return cells.map(({ id, verdict, expected, why, inputs, deviations }) => ({
    ...{ id, verdict, expected, why, inputs },
    deviations: deviations.map(({ kind, step, title }) => ({ kind, step, title })),
  }));
}

const wholeResults = temporaryFolder();
let whole: unknown[] = [];

test('a run that nobody touches', async () => {
  expect((await hazmat(['run', ...words], {}, wholeResults)).exitCode).toBe(0);
  whole = outcome(latestRun(wholeResults));
  expect(whole).toHaveLength(4);
});

test.each(['SIGKILL', 'SIGINT'] as const)(
  'killed by %s after each verdict and resumed, it shows the same',
  async (signal) => {
    const results = temporaryFolder();
    const events = path.join(results, 'latest/events.jsonl');
    const verdicts = (): number =>
      existsSync(events) ? readFileSync(events, 'utf8').split('"type":"cell-ended"').length - 1 : 0;
    let args = ['run', ...words];
    for (let round = 1; round <= 3; round++) {
      const run = startHazmat(args, results);
      while (verdicts() < round && run.exitCode === null) await sleep(50);
      run.kill(signal);
      await run;
      args = ['run', '--resume', 'latest', '-j', '1'];
    }
    const { exitCode } = await hazmat(args, {}, results);
    expect(exitCode).toBe(0);
    const record = latestRun(results);
    expect(outcome(record)).toEqual(whole);
    expect(record).toMatchObject({ interrupted: false, unfinished: [], resumed: 3 });
    expect(verdicts()).toBe(4);
    expect((await hazmat(args, {}, results)).exitCode).toBe(2);
    expect(leftovers()).toEqual([]);
  },
);

test('in three parts and merged, it shows the same', async () => {
  const results = temporaryFolder();
  for (const part of [1, 2, 3]) await hazmat(['run', ...words, '--name', 'part', '--shard', `${part}/3`], {}, results);
  const names = [1, 2, 3].map((part) => `part-${part}-of-3`);
  expect((await hazmat(['merge', ...names.slice(1)], {}, results)).exitCode).toBe(2);
  expect((await hazmat(['merge', ...names], {}, results)).exitCode).toBe(0);
  expect(outcome(latestRun(results))).toEqual(whole);
});

test('--reuse takes over what is unchanged, and says so', async () => {
  const { stdout } = await hazmat(['run', ...words, '--reuse'], {}, wholeResults);
  const record = latestRun(wholeResults);
  expect(outcome(record)).toEqual(whole);
  expect(record.cells.every(({ reused }) => reused !== undefined)).toBe(true);
  expect(stdout).toContain('(4 taken over)');
});
