// SPDX-License-Identifier: GPL-2.0-only
// Guests that cannot be saved: each cell boots its own, and nothing is left of it.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isLiving, tagOf } from '../../harness/host/life.ts';
import { cacheRoot } from '../../harness/host/places.ts';
import { hazmat, latestRun, leftovers } from './hazmat.ts';

test('a cell on virtio-pmem boots a guest of its own, and leaves nothing', async () => {
  const run = await hazmat(['run', 'virtio-pmem/hwpoison', '-k', '6.12', '--repeat', '2']);
  const { cells } = latestRun(run.results);
  expect(cells.map(({ verdict, why }) => `${verdict} ${why}`)).toEqual([
    'pass everything was as expected',
    'pass everything was as expected',
  ]);
  expect(leftovers()).toEqual([]);
  // Another test file may run meanwhile.
  const isOver = (name: string): boolean => name.startsWith('fresh-') && !isLiving(cacheRoot(), tagOf(name));
  const own = readdirSync(cacheRoot()).filter(isOver);
  const left = own.flatMap((name) => readdirSync(path.join(cacheRoot(), name)));
  expect(left.filter((name) => name.startsWith('single-'))).toEqual([]);
});

test('a shell is opened in such a guest', async () => {
  const run = await hazmat([
    'shell',
    'virtio-pmem/hwpoison',
    '-k',
    '6.12',
    '-c',
    'test -b /dev/pmem0 && mountpoint /mnt',
  ]);
  expect(run.exitCode).toBe(0);
});
