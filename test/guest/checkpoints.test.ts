// SPDX-License-Identifier: GPL-2.0-only
// When a checkpoint counts as lost, on files that no guest has written. test/real/checkpoints.test.ts has guests.

import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CheckpointLost } from '../../harness/guest/checkpoint-lost.ts';
import { Checkpoints, readLog, type Checkpoint } from '../../harness/guest/checkpoints.ts';
import { newMemory } from '../../harness/guest/guest-memory.ts';
import { shareOf } from '../../harness/host/cache.ts';
import { redirectNotices } from '../../harness/host/notices.ts';
import { loadMachine } from '../../harness/machine/machine.ts';
import { makeStateFiles, memoryFiles, streamFile } from '../../harness/machine/state.ts';
import { temporaryFolder } from '../host/temporary.ts';

const machine = { ...loadMachine('small-nvdimm'), memory: 2 ** 22 };

let checkpoints: Checkpoints;
let namespaces: Checkpoint;
let processes: Checkpoint;
beforeEach(async () => {
  checkpoints = new Checkpoints(temporaryFolder());
  const [boot, first, stack] = ['boot', 'namespaces', 'stack'].map((key) => ({ key, id: `${key}-1` }));
  await make('boot', 'boot-1', []);
  namespaces = await make('namespaces', 'namespaces-1', [boot]);
  await make('stack', 'stack-1', [boot, first]);
  processes = await make('processes', 'processes-1', [boot, first, stack]);
});

/** Makes an entry like that of a checkpoint. */
async function make(key: string, id: string, chain: (Checkpoint['chain'][number] | undefined)[]): Promise<Checkpoint> {
  const folder = await checkpoints.cache.ensure(key, async (part) => {
    const files = memoryFiles(newMemory(part), machine);
    await makeStateFiles(files, machine);
    writeFileSync(streamFile(part), 'QEVM');
    for (const file of [files.ram, ...files.nvdimms]) writeFileSync(file, 'x'.repeat(2 ** 18), { flag: 'r+' });
    if (key !== 'boot') rmSync(files.ram);
    if (chain.length > 1) for (const file of files.nvdimms) rmSync(file);
    writeFileSync(path.join(part, 'dmesg.jsonl'), '{"seq":1,"event":"kmsg","text":"Linux version"}\n');
    writeFileSync(path.join(part, 'checkpoint.json'), JSON.stringify({ id, facts: {}, bootRecords: 1, chain }));
    await checkpoints.memory.pack(part, id);
  });
  const plan = {
    machine,
    accelerator: 'tcg' as const,
    kernel: { image: '', id: '' },
    initrd: { path: '', id: '' },
    append: '',
    modules: [],
    window: undefined,
    qemu: { argv: ['qemu-system-x86_64'], version: '' },
  };
  const links = chain.flatMap((link) => link ?? []);
  const files = {
    ...memoryFiles(inMemory(links[0]?.id ?? id), machine),
    nvdimms: memoryFiles(inMemory(links[1]?.id ?? id), machine).nvdimms,
    streams: [...links, { key }].map((link) => streamFile(inCache(link.key))),
  };
  return { key, folder, plan, files, id, chain: links, facts: {}, bootRecords: 1 };
}

const inCache = (...names: string[]): string => path.join(checkpoints.cache.root, ...names);
const inMemory = (...names: string[]): string => path.join(checkpoints.memory.cache.root, ...names);

it('counts while it and its chain are as they were made', async () => {
  expect(checkpoints.isWhole(processes)).toBe(true);
  expect(await checkpoints.hold(processes)).toBe(true);
  checkpoints.release(processes);
});

it.each<[string, () => void]>([
  ['its stream is cut', () => truncateSync(inCache('processes', 'stream'), 2)],
  ['its stream is missing', () => rmSync(inCache('processes', 'stream'))],
  ['it is gone', () => rmSync(inCache('processes'), { recursive: true })],
  ['its checkpoint.json is of another shape', () => writeFileSync(inCache('processes', 'checkpoint.json'), '{}')],
  ['the RAM is cut', () => truncateSync(inMemory('boot-1', 'ram'), 4096)],
  ['the RAM is missing', () => rmSync(inMemory('boot-1', 'ram'))],
  ['the packed RAM is cut', () => truncateSync(inCache('boot', 'memory.tar.zst'), 8)],
  ['the NVDIMM is cut', () => truncateSync(inMemory('namespaces-1', 'nvdimm0'), 4096)],
  ['the NVDIMM is missing', () => rmSync(inMemory('namespaces-1', 'nvdimm0'))],
  ['the NVDIMM is packed only', () => rmSync(inMemory('namespaces-1'), { recursive: true })],
  ['a stream that it goes on from is cut', () => truncateSync(inCache('stack', 'stream'), 2)],
  ['a checkpoint that it goes on from is gone', () => rmSync(inCache('stack'), { recursive: true })],
  ['the boot is gone', () => rmSync(inCache('boot'), { recursive: true })],
  ['the namespaces are gone', () => rmSync(inCache('namespaces'), { recursive: true })],
])('is lost when %s, before a guest is started from it', async (_what, damage) => {
  damage();
  expect(checkpoints.isWhole(processes)).toBe(false);
  expect(await checkpoints.hold(processes)).toBe(false);
  const message = 'the checkpoint processes was damaged or made again while it was used';
  // No guest can come of these files: what is said of the failure is that the checkpoint is lost.
  await expect(checkpoints.fork(processes, '/dev/null')).rejects.toThrow(message);
});

it('is kept with its memory until all that hold it release it; what was removed of its memory is unpacked again', async () => {
  const keys = (): string[][] =>
    [checkpoints.cache, checkpoints.memory.cache].map((cache) => cache.shrink(0).map(({ key }) => key));
  expect(checkpoints.memory.cache.remove('namespaces-1')).toBe(true);
  expect(checkpoints.isWhole(namespaces)).toBe(false);
  expect(await checkpoints.hold(namespaces)).toBe(true);
  expect(checkpoints.isWhole(namespaces)).toBe(true);
  expect(await new Checkpoints(path.dirname(checkpoints.cache.root)).hold(namespaces)).toBe(true);
  checkpoints.release(namespaces);
  expect(keys().map((each) => each.sort())).toEqual([['boot', 'processes', 'stack'], ['boot-1']]);
  checkpoints.release(namespaces);
  expect(keys()).toEqual([['namespaces'], ['namespaces-1']]);
});

it('is not made again when its packed memory is whole and yet cannot be unpacked', async () => {
  await checkpoints.cache.ensure('odd', (part) => {
    writeFileSync(path.join(part, 'memory.tar.zst'), 'no archive');
    writeFileSync(
      path.join(part, 'checkpoint.json'),
      JSON.stringify({ id: 'odd-1', facts: {}, bootRecords: 1, chain: [] }),
    );
    return Promise.resolve();
  });
  await expect(checkpoints.hold({ ...namespaces, key: 'odd', id: 'odd-1', chain: [] })).rejects.toThrow('tar failed');
  expect(checkpoints.cache.has('odd')).toBe(true);
});

describe('beyond the limit', () => {
  const taken = (): number => shareOf([...checkpoints.cache.entries(), ...checkpoints.memory.cache.entries()]);
  const left = (): number[] => [checkpoints.cache, checkpoints.memory.cache].map((cache) => cache.entries().length);
  beforeEach(async () => {
    // Only what has grown is bounded: something is unpacked.
    checkpoints.memory.cache.remove('namespaces-1');
    await checkpoints.hold(namespaces);
    checkpoints.release(namespaces);
  });
  afterEach(() => void vi.unstubAllEnvs());

  it('unpacked memory is removed first', () => {
    vi.stubEnv('HAZMAT_CHECKPOINTS_MAX', String(taken() - 1));
    checkpoints.bound();
    expect(left()).toEqual([4, 1]);
  });

  it('packed checkpoints make room for memory that is held', async () => {
    for (const id of ['boot-1', 'namespaces-1']) await checkpoints.memory.cache.hold(id);
    const limit = taken() - 1;
    vi.stubEnv('HAZMAT_CHECKPOINTS_MAX', String(limit));
    checkpoints.bound();
    expect(left()).toEqual([3, 2]);
    expect(taken()).toBeLessThanOrEqual(limit);
  });

  it('unpacked memory keeps a fifth', () => {
    const [memory = 0] = checkpoints.memory.cache.entries().map(({ share }) => share);
    vi.stubEnv('HAZMAT_CHECKPOINTS_MAX', String(5 * memory));
    writeFileSync(inCache('stack', 'more'), 'x'.repeat(10 * memory));
    checkpoints.bound();
    expect(left()[1]).toBe(1);
  });
});

it('is lost when its boot was made again, though all files are whole', async () => {
  truncateSync(inCache('boot', 'memory.tar.zst'), 8);
  const end = redirectNotices(() => undefined);
  await make('boot', 'boot-2', []).finally(end);
  expect(checkpoints.isWhole(processes)).toBe(false);
});

it('is lost when it was made again itself', async () => {
  rmSync(inCache('processes'), { recursive: true });
  await make('processes', 'processes-2', processes.chain);
  expect(checkpoints.isWhole(processes)).toBe(false);
});

it('is lost when its log has a record that is none', () => {
  expect(() => readLog(processes)).toThrow(CheckpointLost);
});

it('is neither made nor forked for a machine whose guests cannot be saved', async () => {
  const plan = { ...processes.plan, machine: loadMachine('virtio-pmem') };
  const refusal = 'a guest of the machine virtio-pmem cannot be saved or forked';
  await expect(checkpoints.booted(plan)).rejects.toThrow(refusal);
  await expect(checkpoints.fork({ ...processes, plan }, '/dev/null')).rejects.toThrow(refusal);
});
