// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { boundRuns, parseKeep, runsBeyond } from '../../harness/history/bound-runs.ts';
import { readHistory } from '../../harness/history/history-file.ts';
import { endedRuns } from '../../harness/history/update.ts';
import { ownLife } from '../../harness/host/life.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { night, nightName, writeNight } from './histories.ts';

const dayMs = 86_400_000;

test('bounds are an age, a size, or both', () => {
  expect(parseKeep('30d')).toEqual({ age: 30 * dayMs });
  expect(parseKeep('2w,20G')).toEqual({ age: 14 * dayMs, bytes: 20 * 2 ** 30 });
  for (const wrong of ['', '30', 'd', '30d,', '20 cats', '1.5G']) expect(parseKeep(wrong)).toBeUndefined();
});

test('too old runs go, and of the others the oldest until the rest fits', () => {
  const runs = [1, 2, 3, 4].map((number) => ({
    run: nightName(number),
    ended: `2026-11-0${number}T02:00:00.000Z`,
    bytes: 100,
  }));
  const now = new Date('2026-11-05T00:00:00.000Z');
  expect(runsBeyond(runs, {}, now)).toEqual([]);
  expect(runsBeyond(runs, { age: 3 * dayMs }, now)).toEqual([nightName(1)]);
  expect(runsBeyond(runs, { bytes: 250 }, now)).toEqual([nightName(2), nightName(1)]);
  expect(runsBeyond(runs, { bytes: 250, age: 3 * dayMs }, now)).toEqual([nightName(2), nightName(1)]);
});

test('what is removed stays in the history; the newest, running and unreadable runs stay', async () => {
  const root = temporaryFolder();
  for (const number of [1, 2, 3, 4]) writeNight(root, number, night(number, { a: {} }));
  symlinkSync(nightName(4), path.join(root, 'latest'));
  writeFileSync(path.join(root, nightName(2), 'owner'), ownLife(root));
  mkdirSync(path.join(root, nightName(5)));
  writeFileSync(path.join(root, nightName(5), 'run.json'), '{}');
  const { removed } = await boundRuns(root, { bytes: 1 });
  expect(removed.sort()).toEqual([nightName(1), nightName(3)]);
  expect(endedRuns(root)).toEqual([nightName(2), nightName(4), nightName(5)]);
  expect(existsSync(path.join(root, nightName(1)))).toBe(false);
  expect(readHistory(root).entries.map(({ run }) => run)).toEqual([1, 2, 3, 4].map(nightName));
});

test('a merged submission counts and goes as a run does', async () => {
  const root = temporaryFolder();
  for (const number of [1, 2]) writeNight(root, number, night(number, { a: {} }));
  symlinkSync(nightName(2), path.join(root, 'latest'));
  const [old, young] = ['2026-11-01T02-00-00-library.slurm', '2026-11-02T02-00-00-library.slurm'];
  for (const name of [old, young]) {
    mkdirSync(path.join(root, name));
    writeFileSync(path.join(root, name, 'part'), Buffer.alloc(100_000, 1));
  }
  const yearAgo = new Date(Date.now() - 365 * dayMs);
  utimesSync(path.join(root, old), yearAgo, yearAgo);
  const { removed, bytes } = await boundRuns(root, { age: 200 * dayMs }, [old, young]);
  expect(removed).toEqual([old]);
  expect(bytes).toBeGreaterThanOrEqual(100_000);
  expect(existsSync(path.join(root, young))).toBe(true);
});
