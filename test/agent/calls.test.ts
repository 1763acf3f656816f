// SPDX-License-Identifier: GPL-2.0-only
// The real agent over stdin and stdout: system calls on files and on mappings, and pages of zeros.

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AgentChannel } from '../../harness/guest/channel.ts';
import { zerosSeed } from '../../harness/guest/protocol.ts';
import { buildAgent } from '../../harness/guest/image/agent-build.ts';

let channel: AgentChannel;
let child: ReturnType<typeof spawn>;
let folder: string;
let file: string;

beforeEach(async () => {
  const { path: program } = await buildAgent();
  folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-calls-'));
  file = path.join(folder, 'data');
  const agent = spawn(program, ['--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child = agent;
  channel = new AgentChannel(Duplex.from({ readable: agent.stdout, writable: agent.stdin }));
});

afterEach(async () => {
  channel.close();
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
});

const seedsIn = async (pages: number): Promise<(number | null)[]> =>
  (await channel.request('pread', { file, offset: 0, length: pages * 4096 })).seeds;

/** A process that maps the file. */
async function mapper(mode: 'shared' | 'private' = 'shared'): Promise<void> {
  await channel.request('spawn', { process: 'a' });
  const mapping = { file, page: 0, pages: 4, mode, sync: false, protection: 'write' } as const;
  await channel.request('map', { process: 'a', ...mapping });
}

test('a page of zeros has a seed of its own, as a hole has', async () => {
  await channel.request('fill', { file, page: 0, pages: 3, seed: 5 });
  await channel.request('fill', { file, page: 1, pages: 1, seed: zerosSeed });
  expect(await channel.request('truncate', { file, length: 4 * 4096 })).toEqual({ result: 0, call: 'ftruncate' });
  expect(await seedsIn(4)).toEqual([5, zerosSeed, 5, zerosSeed]);
  expect((await channel.request('verify', { file, page: 0, pages: 4, seed: zerosSeed })).wrong).toEqual([
    { page: 0, holds: 5 },
    { page: 2, holds: 5 },
  ]);
  expect(
    readFileSync(file)
      .subarray(4096, 8192)
      .every((byte) => byte === 0),
  ).toBe(true);
});

test('bytes of a page are compared with the pattern', async () => {
  await channel.request('fill', { file, page: 0, pages: 2, seed: 5 });
  await channel.request('pwrite', { file, offset: 4196, length: 50, seed: 9 });
  const same = async (offset: number, length: number, seed: number): Promise<boolean | undefined> =>
    (await channel.request('verify-bytes', { file, offset, length, seed })).same;
  expect(await same(4196, 50, 9)).toBe(true);
  expect(await same(4196, 50, 5)).toBe(false);
  expect(await same(4096, 100, 5)).toBe(true);
  expect(await same(4095, 102, 5)).toBe(false);
  expect(await channel.request('verify-bytes', { file: '/no/such', offset: 0, length: 1, seed: 1 })).toEqual({
    result: -1,
    call: 'open',
    error: 'ENOENT',
  });
});

describe('calls on files', () => {
  test('fallocate makes a file, and punches holes', async () => {
    expect(await channel.request('fallocate', { file, mode: 0, offset: 0, length: 4 * 4096 })).toEqual({
      result: 0,
      call: 'fallocate',
    });
    expect(await seedsIn(4)).toEqual(Array(4).fill(zerosSeed));
    await channel.request('fill', { file, page: 0, pages: 4, seed: 5 });
    await channel.request('fallocate', { file, mode: 3, offset: 4096, length: 4096 });
    expect(await seedsIn(4)).toEqual([5, zerosSeed, 5, 5]);
    expect(await channel.request('fallocate', { file, mode: 2, offset: 0, length: 1 })).toMatchObject({
      result: -1,
      error: 'EOPNOTSUPP',
    });
  });

  test('fsync and truncate', async () => {
    expect(await channel.request('fsync', { file })).toEqual({ result: -1, call: 'open', error: 'ENOENT' });
    await channel.request('truncate', { file, length: 100 });
    expect(statSync(file).size).toBe(100);
    expect(await channel.request('fsync', { file })).toEqual({ result: 0, call: 'fsync' });
    expect(await channel.request('fsync', { file, dataOnly: true })).toEqual({ result: 0, call: 'fdatasync' });
    expect(await channel.request('fsync', { file: '/dev/null' })).toEqual({
      result: -1,
      call: 'fsync',
      error: 'EINVAL',
    });
  });

  test('copy-range copies to the same place of another file', async () => {
    const target = `${file}.copy`;
    await channel.request('fill', { file, page: 0, pages: 4, seed: 5 });
    const range = { file, offset: 4096, length: 8192, target, targetOffset: 4096 };
    expect(await channel.request('copy-range', range)).toEqual({ result: 8192, call: 'copy_file_range' });
    file = target;
    expect(await seedsIn(4)).toEqual([zerosSeed, 5, 5]);
  });

  test('a buffer may be bad only in part', async () => {
    await channel.request('fill', { file, page: 0, pages: 3, seed: 5 });
    const args = { file, offset: 0, length: 3 * 4096, seed: 9, badBuffer: true, goodBytes: 4096 };
    expect(await channel.request('pwrite', args)).toEqual({ result: 4096, call: 'pwrite' });
    expect(await seedsIn(3)).toEqual([9, 5, 5]);
  });
});

describe('calls on a mapping', () => {
  beforeEach(async () => {
    await channel.request('fill', { file, page: 0, pages: 4, seed: 5 });
  });

  test('a part of a page is stored, and a part that is loaded is compared', async () => {
    await mapper();
    const part = { process: 'a', page: 1, pages: 1, offset: 1000, length: 24 };
    expect(await channel.request('touch', { ...part, how: 'store', seed: 9 })).toEqual({ touched: 1, seeds: [] });
    expect(await seedsIn(4)).toEqual([5, null, 5, 5]);
    const loads = async (seed: number): Promise<unknown> =>
      (await channel.request('touch', { ...part, how: 'load', seed })).seeds;
    expect([await loads(9), await loads(5), await loads(0)]).toEqual([[9], [null], [null]]);
    await expect(channel.request('touch', { ...part, offset: 4090, how: 'store', seed: 9 })).rejects.toThrow(
      '"offset" and "length" must lie in a page',
    );
  });

  test('a fault at a part of a page is at its first byte', async () => {
    await mapper();
    truncateSync(file, 4096);
    const part = { process: 'a', page: 2, pages: 1, offset: 3, length: 5 } as const;
    const { hit } = await channel.request('touch', { ...part, how: 'load', seed: 5 });
    expect(hit?.addr).toBe(hit?.touching);
    expect(Number(hit?.touching) % 4096).toBe(3);
  });

  test('read-to-mapping: the kernel stores to the pages', async () => {
    const other = `${file}.other`;
    await channel.request('fill', { file: other, page: 0, pages: 4, seed: 6 });
    await mapper();
    const args = { process: 'a', page: 1, pages: 2, file: other, offset: 4096 };
    expect(await channel.request('read-to-mapping', args)).toEqual({ result: 8192, call: 'pread' });
    expect(await seedsIn(4)).toEqual([5, 6, 6, 5]);
    truncateSync(file, 4096);
    expect(await channel.request('read-to-mapping', args)).toEqual({ result: -1, call: 'pread', error: 'EFAULT' });
  });

  test('msync', async () => {
    await mapper();
    expect(await channel.request('msync', { process: 'a', page: 0, pages: 4 })).toEqual({ result: 0, call: 'msync' });
    await expect(channel.request('msync', { process: 'a', page: 3, pages: 2 })).rejects.toThrow(
      'page 4 is not in the mapping of 4 pages',
    );
  });

  test('read-memory reads what the process has mapped, its own copies too', async () => {
    await mapper('private');
    await channel.request('touch', { process: 'a', page: 1, pages: 1, how: 'store', seed: 9 });
    const args = { process: 'a', page: 0, pages: 2, filePage: 0 };
    expect(await channel.request('read-memory', args)).toEqual({ result: 8192, call: 'pread', seeds: [5, 9] });
    expect(await channel.request('read-memory', { ...args, filePage: 1 })).toMatchObject({ seeds: [null, null] });
    truncateSync(file, 0);
    expect(await channel.request('read-memory', { ...args, page: 2 })).toEqual({
      result: -1,
      call: 'pread',
      error: 'EIO',
      seeds: [],
    });
    await expect(channel.request('read-memory', { ...args, process: 'b' })).rejects.toThrow('there is no process "b"');
  });
});

describe('a process that touches its pages over and over', () => {
  beforeEach(async () => {
    await channel.request('fill', { file, page: 0, pages: 4, seed: 5 });
    await mapper();
  });

  test('goes on to serve requests, and finds what is stored meanwhile', async () => {
    await channel.request('touch-again', { process: 'a', how: 'load', seed: 0 });
    expect(await channel.request('round', { process: 'a' })).toEqual({ seeds: [5, 5, 5, 5], hits: [] });
    await channel.request('touch', { process: 'a', page: 1, pages: 1, how: 'store', seed: 9 });
    expect((await channel.request('round', { process: 'a' })).seeds).toEqual([5, 9, 5, 5]);
    await expect(channel.request('touch-again', { process: 'a', how: 'load', seed: 0 })).rejects.toThrow('EBUSY');
  });

  test('goes on after signals, of which not all are sent', async () => {
    const signals: unknown[] = [];
    channel.onMessage((message) => {
      if (message.event === 'signal') signals.push(message.again);
    });
    await channel.request('touch-again', { process: 'a', how: 'load', seed: 0 });
    truncateSync(file, 2 * 4096);
    const { seeds, hits } = await channel.request('round', { process: 'a' });
    expect(seeds).toEqual([5, 5, null, null]);
    expect(hits.map(({ page, signo, code }) => [page, signo, code])).toEqual([
      [2, 7, 2],
      [3, 7, 2],
    ]);
    for (let round = 0; round < 40; round++) await channel.request('round', { process: 'a' });
    await channel.request('ping', {});
    expect(signals).toEqual(Array(64).fill(true));
    // A touch of the process itself is another one, and no thread's.
    const { hit } = await channel.request('touch', { process: 'a', page: 3, pages: 1, how: 'load', seed: 0 });
    expect(hit?.page).toBe(3);
    await channel.request('ping', {});
    expect(signals.at(-1)).toBeUndefined();
  });

  test('stores as well; its child touches nothing', async () => {
    await channel.request('touch-again', { process: 'a', how: 'store', seed: 7 });
    await channel.request('round', { process: 'a' });
    expect(await seedsIn(4)).toEqual([7, 7, 7, 7]);
    await channel.request('fork', { process: 'a', child: 'b' });
    await expect(channel.request('round', { process: 'b' })).rejects.toThrow('round: EINVAL');
  });

  test('is not counted as busy', async () => {
    const { pid } = await channel.request('spawn', { process: 'b' });
    const mapping = { file, page: 0, pages: 4, mode: 'shared', sync: false, protection: 'write' } as const;
    await channel.request('map', { process: 'b', ...mapping });
    await channel.request('touch-again', { process: 'b', how: 'load', seed: 0 });
    const threads = readdirSync(`/proc/${pid}/task`).map(Number);
    expect(threads).toHaveLength(2);
    // The other thread may not sleep yet.
    const again = threads.find((thread) => thread !== pid);
    for (let look = 0; look < 5; look++) {
      const { tasks } = await channel.request('busy', {});
      expect(tasks.filter(({ pid: task, state }) => state === 'R' && task === again)).toEqual([]);
    }
  });
});

test('a process may be sent other signals than SIGKILL', async () => {
  const { pid } = await channel.request('spawn', { process: 'a', core: true });
  expect(readFileSync(`/proc/${pid}/coredump_filter`, 'utf8')).toBe('000001ff\n');
  expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/core file size\s+unlimited\s+unlimited/);
  expect(await channel.request('kill', { process: 'a', signal: 19 })).toEqual({ status: 'lives on' });
  await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0]).toBe('T');
  expect(await channel.request('kill', { process: 'a', signal: 18 })).toEqual({ status: 'lives on' });
  expect(await channel.request('kill', { process: 'a', signal: 15 })).toEqual({ status: 'signal 15 SIGTERM' });
});
