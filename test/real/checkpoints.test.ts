// SPDX-License-Identifier: GPL-2.0-only
// What a checkpoint keeps of a real guest: files, mappings of processes, NVDIMMs over a reboot; and what becomes of it when its
// base is made again.

import { closeSync, openSync, readdirSync, readSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { CheckpointLost } from '../../harness/guest/checkpoint-lost.ts';
import { Checkpoints, type Checkpoint } from '../../harness/guest/checkpoints.ts';
import type { Guest } from '../../harness/guest/guest.ts';
import { redirectNotices } from '../../harness/host/notices.ts';
import { pageBytes } from '../../harness/host/page.ts';
import { Environment } from '../../harness/run/environment.ts';
import { findScenarios } from '../../harness/scenario/load.ts';
import { planCells } from '../../harness/scenario/plan.ts';
import { temporaryFolder } from './hazmat.ts';

const folder = temporaryFolder();
const checkpoints = new Checkpoints(folder);
const mebi = 2 ** 20;

afterAll(() => checkpoints.finish());

/** Prepares the scenario as a new run does, or as the next cell of the run that prepared it first when `again` is called. */
async function prepared(
  made: string[] = [],
): Promise<{ checkpoint: Checkpoint; booted: Checkpoint; again: () => Promise<Checkpoint> }> {
  const [cell] = planCells(findScenarios(['remove/shared-mappers']), ['6.12'], 1);
  if (cell === undefined) throw new Error('no such scenario');
  const environment = new Environment({
    cells: [cell],
    emit: (event) => {
      if (event.type === 'task-started') made.push(event.title);
    },
    cellFolder: () => folder,
    signal: new AbortController().signal,
    checkpoints,
  });
  const kernel = await environment.kernels.kernel('6.12');
  const again = async (): Promise<Checkpoint> => (await environment.checkpointAt(cell, kernel, 'processes')).checkpoint;
  return { checkpoint: await again(), booted: (await environment.booted(kernel, cell.of.machine)).made, again };
}

async function inGuest(guest: Guest, ...argv: string[]): Promise<string> {
  const { exit, stdout, stderr } = await guest.request('run', { argv }, { withinMs: 120_000 });
  expect([argv, exit, stderr]).toEqual([argv, 0, '']);
  return stdout;
}

/** Bytes of a folder that are in pages with data. Its blocks would be too many: tmpfs gives a hole one when a guest reads it. */
function dataBytes(of: string): number {
  const page = Buffer.alloc(pageBytes);
  const zeros = Buffer.alloc(pageBytes);
  let bytes = 0;
  for (const name of readdirSync(of)) {
    const fd = openSync(path.join(of, name), 'r');
    while (readSync(fd, page) > 0) if (!page.equals(zeros)) bytes += pageBytes;
    closeSync(fd);
  }
  return bytes;
}

test('files and mapped pages are as they were set up, in every fork, and what is on the NVDIMM outlives a reboot', async () => {
  const { checkpoint } = await prepared();
  const sums: string[] = [];
  for (const round of [1, 2]) {
    const guest = await checkpoints.fork(checkpoint, path.join(folder, `console${round}`));
    try {
      sums.push(await inGuest(guest, 'md5sum', '/mnt/data'));
      const seen = await guest.request('touch', { process: 'mappers/1', page: 0, pages: 16, how: 'load', seed: 1 });
      expect(seen).toMatchObject({ touched: 16 });
      await inGuest(guest, 'sh', '-c', 'echo only here > /mnt/another; sync');
      if (round === 1) continue;
      await guest.reboot();
      await guest.request('modprobe', { modules: checkpoint.plan.modules }, { withinMs: 120_000 });
      await inGuest(guest, 'sh', '-c', 'mkdir -p /mnt && mount -t xfs -o dax=always /dev/pmem0 /mnt');
      sums.push(await inGuest(guest, 'md5sum', '/mnt/data'));
      expect(await inGuest(guest, 'cat', '/mnt/another')).toBe('only here\n');
    } finally {
      await guest.end();
    }
  }
  expect(new Set(sums).size).toBe(1);
  const sizes = checkpoints.cache.entries().map((entry) => dataBytes(entry.path) / mebi);
  expect(sizes.filter((size) => size < 20)).toHaveLength(sizes.length - 1);
  expect(Math.max(...sizes)).toBeLessThan(80);
});

test('nothing is made twice; all that goes on from a boot is made again with it', async () => {
  const made: string[] = [];
  const { checkpoint, booted } = await prepared(made);
  expect(made).toEqual([]);
  checkpoints.cache.release();
  expect(checkpoints.cache.remove(booted.key)).toBe(true);
  const again = await prepared(made);
  expect(made.map((title) => title.split(' ').slice(0, 3).join(' '))).toEqual([
    'boot 6.12 on',
    'set up stack',
    'set up stack',
    'set up processes',
  ]);
  expect(again.checkpoint.key).toBe(checkpoint.key);
  expect(again.checkpoint.id).not.toBe(checkpoint.id);
  const guest = await checkpoints.fork(again.checkpoint, path.join(folder, 'console3'));
  await inGuest(guest, 'md5sum', '/mnt/data');
  await guest.end();
});

test.each([
  ['memory', 'unpacked again', (boot: Checkpoint) => boot.files.ram, 0],
  ['packed memory', 'made again with all that goes on from it', packedMemory, 4],
])('a boot whose %s is damaged in a run is found before the next cell, and %s', async (_what, _done, file, tasks) => {
  const made: string[] = [];
  const notices: string[] = [];
  onTestFinished(redirectNotices((_level, text) => notices.push(text)));
  const { checkpoint, booted, again } = await prepared(made);
  expect(made).toEqual([]);
  const damaged = file(booted);
  truncateSync(damaged, Math.floor(statSync(damaged).size / 2));
  await expect(checkpoints.fork(checkpoint, path.join(folder, 'console4'))).rejects.toThrow(CheckpointLost);
  const next = await again();
  const [entry, name] = damaged.split(path.sep).slice(-2);
  expect(notices).toEqual([expect.stringMatching(`/${entry ?? ''} in the cache is damaged \\(${name ?? ''} has `)]);
  expect(made).toHaveLength(tasks);
  expect([next.key, next.id === checkpoint.id]).toEqual([checkpoint.key, tasks === 0]);
  const guest = await checkpoints.fork(next, path.join(folder, 'console5'));
  await inGuest(guest, 'md5sum', '/mnt/data');
  await guest.end();
});

test('a guest is forked from memory that had to be unpacked', async () => {
  const made: string[] = [];
  const { checkpoint } = await prepared(made);
  const removed = (): number => {
    checkpoints.memory.cache.release();
    return checkpoints.memory.cache.shrink(0).length;
  };
  expect(removed()).toBeGreaterThan(1);
  const next = await prepared(made);
  expect([made, next.checkpoint.id]).toEqual([[], checkpoint.id]);
  expect(removed()).toBeGreaterThan(1);
  const again = await next.again();
  expect([made, again.id]).toEqual([[], checkpoint.id]);
  const guest = await checkpoints.fork(again, path.join(folder, 'console6'));
  await inGuest(guest, 'md5sum', '/mnt/data');
  await guest.end();
});

function packedMemory({ folder: of }: Checkpoint): string {
  return path.join(of, 'memory.tar.zst');
}
