// SPDX-License-Identifier: GPL-2.0-only
// Saving a real QEMU and restoring it. Its BIOS is the guest.
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fileHash } from '../../harness/host/key.ts';
import { pageBytes, sectorBytes } from '../../harness/host/page.ts';
import { qemuArgv, withoutKernel, type QemuPlan } from '../../harness/machine/argv.ts';
import { loadMachine, withImage, type Machine } from '../../harness/machine/machine.ts';
import { parseStream } from '../../harness/machine/migration-stream.ts';
import { Qemu } from '../../harness/machine/qemu.ts';
import { Qtest } from '../../harness/machine/qtest.ts';
import { queryPci, queryStatus } from '../../harness/machine/queries.ts';
import {
  loadState,
  makeSparse,
  makeStateFiles,
  memoryFiles,
  saveFork,
  saveState,
  streamFile,
  type StateFiles,
} from '../../harness/machine/state.ts';
import { vcpuState } from '../../harness/machine/vcpu.ts';
import { windowIn } from '../../harness/machine/window.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { tickCount } from './bare-qemu.ts';

const mebi = 2 ** 20;
const ras = loadMachine('ras');
const plain: Machine = {
  ...ras,
  memory: 64 * mebi,
  nvdimms: ras.nvdimms.map((nvdimm) => ({ ...nvdimm, size: 16 * mebi })),
};

const machine = plain;

function stateFiles(folder: string, machine = plain): StateFiles & { stream: string } {
  const stream = streamFile(folder);
  return { ...memoryFiles(folder, machine), streams: [stream], stream };
}

function start(files: StateFiles, mode: Pick<QemuPlan, 'share' | 'incoming'>, machine = plain): Promise<Qemu> {
  const { streams, ...memory } = files;
  const nothing = { tables: [], kernel: '', initrd: '', append: '' };
  const plan = { machine, accelerator: 'tcg' as const, memory, console: `${streams.at(-1)}.console`, ...nothing };
  return Qemu.start((sockets) => withoutKernel(qemuArgv({ ...plan, ...mode, sockets }))).then((qemu) => {
    onTestFinished(() => qemu.stop());
    return qemu;
  });
}

it('makes files of holes, of the sizes that the machine wants', async () => {
  const files = stateFiles(temporaryFolder());
  await makeStateFiles(files, machine);
  const sizes = [files.ram, ...files.nvdimms, files.window ?? ''].map((file) => statSync(file));
  expect(sizes.map(({ size }) => size)).toEqual([64 * mebi, 16 * mebi + 132 * 1024, mebi]);
  expect(sizes.every(({ blocks }) => blocks === 0)).toBe(true);
});

it('gives back the space of zeros', async () => {
  const files = stateFiles(temporaryFolder());
  const content = Buffer.concat([Buffer.alloc(mebi), Buffer.alloc(4096, 7), Buffer.alloc(mebi)]);
  writeFileSync(files.ram, content);
  await makeSparse(files.ram);
  expect(readFileSync(files.ram).equals(content)).toBe(true);
  expect(statSync(files.ram).blocks * sectorBytes).toBeLessThan(mebi);
});

it('saves a guest and forks it as often as wanted; no fork changes the saved guest', async () => {
  const folder = temporaryFolder();
  const files = stateFiles(folder);
  await makeStateFiles(files, machine);
  const saved = await start(files, { share: true, incoming: false });
  const ticks = (): number => readFileSync(files.ram).readUInt32LE(tickCount);
  await expect.poll(ticks).toBeGreaterThan(0);
  await saveState(saved, files.stream);
  const before = await vcpuState(saved, 0);
  await saved.stop();
  const memory = await fileHash(files.ram);
  for (const round of [1, 2]) {
    const fork = await start(files, { share: false, incoming: true });
    await loadState(fork, files.streams);
    expect([round, await queryStatus(fork)]).toEqual([round, 'paused']);
    expect(await vcpuState(fork, 0)).toEqual(before);
    await fork.qmp.execute('cont');
    const line = async (): Promise<string> => fork.qmp.monitor(`xp /1xw 0x${tickCount.toString(16)}`);
    const first = await line();
    await expect.poll(line).not.toBe(first);
    await fork.stop();
  }
  expect(await fileHash(files.ram)).toBe(memory);
}, 60_000);

/** The last part of the BIOS, below 4 GiB: a block of memory that is no file. */
const biosBytes = 64 * 1024;
const biosAt = 4096 * mebi - biosBytes;
const randomPage = randomBytes(pageBytes);

/** Where the test writes: in RAM, at the beginning of NVDIMM 0 (QEMU maps it at 4 GiB), in the firmware's window. */
async function places(qemu: Qemu): Promise<{ ram: number; nvdimm: number; window: number }> {
  const window = async (): Promise<number> => windowIn(await queryPci(qemu)) ?? 0;
  await expect.poll(window).toBeGreaterThan(0);
  return { ram: 32 * mebi, nvdimm: 4096 * mebi, window: await window() };
}

it('saves a fork as what differs from its files, and a fork of that as what differs from the fork', async () => {
  const booted = stateFiles(temporaryFolder());
  await makeStateFiles(booted, machine);
  const first = await start(booted, { share: true, incoming: false });
  const at = await places(first);
  const page = (fill: number): Buffer => Buffer.alloc(pageBytes, fill);
  const boot = new Qtest(await first.connect('qtest'));
  const bios = await boot.read(biosAt, biosBytes);
  await boot.write(at.ram, page(1));
  await boot.write(at.nvdimm, page(2));
  await saveState(first, booted.stream);
  await first.stop();

  const restored = async (files: StateFiles): Promise<{ qemu: Qemu; memory: Qtest }> => {
    const qemu = await start(files, { share: false, incoming: true });
    await loadState(qemu, files.streams);
    expect(await queryStatus(qemu)).toBe('paused');
    return { qemu, memory: new Qtest(await qemu.connect('qtest')) };
  };
  const qemuVersion = '7.2';
  const second = await restored(booted);
  await second.memory.write(at.ram, page(0)); // a page that becomes zero
  await second.memory.write(at.ram + 8 * pageBytes, page(3));
  await second.memory.write(at.nvdimm + mebi, Buffer.concat([page(4), randomPage]));
  await second.memory.write(at.window, page(5));
  const folder = temporaryFolder();
  const own = stateFiles(folder);
  await saveFork(second.qemu, { from: booted, stream: own.stream, whole: { nvdimms: own.nvdimms }, qemuVersion });
  const cpu = await vcpuState(second.qemu, 0);
  await second.qemu.stop();
  expect(readdirSync(folder).sort()).toEqual(['nvdimm0', 'stream']);

  const secondFiles = { ...booted, nvdimms: own.nvdimms, streams: [booted.stream, own.stream] };
  const third = await restored(secondFiles);
  expect(await vcpuState(third.qemu, 0)).toEqual(cpu);
  await third.memory.write(at.ram, page(1)); // as in the file of RAM again
  const few = Buffer.from('a few bytes');
  await third.memory.write(at.ram + 8 * pageBytes + 100, few);
  await third.memory.write(at.ram + 16 * pageBytes, page(6));
  await third.memory.write(at.nvdimm, page(0));
  const stream = path.join(temporaryFolder(), 'stream');
  await saveFork(third.qemu, { from: secondFiles, stream, qemuVersion });
  await third.qemu.stop();
  expect(statSync(stream).size).toBeLessThan(mebi);
  const saved = parseStream(readFileSync(stream)).pages;
  expect(saved.map(({ block, offset }) => [block, offset])).toEqual([
    ['ram', at.ram],
    ['ram', at.ram + 8 * pageBytes],
    ['ram', at.ram + 16 * pageBytes],
    ['nvm0', 0],
  ]);
  const last = { ...secondFiles, streams: [...secondFiles.streams, stream] };

  const { memory } = await restored(last);
  const read = (address: number, pages = 1): Promise<Buffer> => memory.read(address, pages * pageBytes);
  expect(await read(at.ram)).toEqual(page(1));
  const partly = page(3);
  few.copy(partly, 100);
  expect(await read(at.ram + 8 * pageBytes)).toEqual(partly);
  expect(await read(at.ram + 16 * pageBytes)).toEqual(page(6));
  expect(await read(at.nvdimm)).toEqual(page(0));
  expect(await read(at.nvdimm + mebi, 2)).toEqual(Buffer.concat([page(4), randomPage]));
  expect(await read(at.window)).toEqual(page(5));
  expect(await memory.read(biosAt, biosBytes)).toEqual(bios);
}, 60_000);

it('never writes to an image, nor copies it: what a fork changes of it is in its stream', async () => {
  const image = path.join(temporaryFolder(), 'image');
  writeFileSync(image, randomBytes(16 * mebi));
  const before = await fileHash(image);
  const withTree = withImage({ ...plain, nvdimms: [] }, { path: image, id: 'tree', bytes: 16 * mebi });
  const booted = stateFiles(temporaryFolder(), withTree);
  expect(booted.nvdimms).toEqual([image]);
  await makeStateFiles(booted, withTree);
  const first = await start(booted, { share: true, incoming: false }, withTree);
  await saveState(first, booted.stream);
  await first.stop();
  expect(statSync(booted.stream).size).toBeLessThan(8 * mebi);

  const fork = await start(booted, { share: false, incoming: true }, withTree);
  await loadState(fork, booted.streams);
  await new Qtest(await fork.connect('qtest')).write(4096 * mebi, randomPage);
  const folder = temporaryFolder();
  const own = stateFiles(folder, withTree);
  await saveFork(fork, { from: booted, stream: own.stream, whole: { nvdimms: own.nvdimms }, qemuVersion: '7.2' });
  await fork.stop();
  expect(readdirSync(folder)).toEqual(['stream']);
  expect(await fileHash(image)).toBe(before);

  const last = { ...booted, streams: [booted.stream, own.stream] };
  const again = await start(last, { share: false, incoming: true }, withTree);
  await loadState(again, last.streams);
  expect(await new Qtest(await again.connect('qtest')).read(4096 * mebi, pageBytes)).toEqual(randomPage);
}, 60_000);

it('saves a fork with all its memory as files: it is restored without what it was restored from', async () => {
  const booted = stateFiles(temporaryFolder());
  await makeStateFiles(booted, machine);
  const first = await start(booted, { share: true, incoming: false });
  const at = await places(first);
  const boot = new Qtest(await first.connect('qtest'));
  const bios = await boot.read(biosAt, biosBytes);
  await saveState(first, booted.stream);
  await first.stop();
  const fork = await start(booted, { share: false, incoming: true });
  await loadState(fork, booted.streams);
  const memory = new Qtest(await fork.connect('qtest'));
  for (const address of [at.ram, at.nvdimm, at.window]) await memory.write(address, randomPage);
  const own = stateFiles(temporaryFolder());
  await saveFork(fork, { from: booted, stream: own.stream, whole: own, qemuVersion: '7.2' });
  await fork.stop();
  // QEMU's own memory is in the stream: a guest needs it when it is reset.
  const blocks = (stream: string): string[] => [
    ...new Set(parseStream(readFileSync(stream)).pages.map(({ block }) => block)),
  ];
  // The window, which is in the boot's stream, too, is a file.
  expect(blocks(own.stream)).toEqual(blocks(booted.stream).filter((block) => !block.endsWith('/window')));
  expect(blocks(own.stream)).toContain('pc.rom');
  rmSync(booted.stream);

  const again = await start(own, { share: false, incoming: true });
  await loadState(again, own.streams);
  const restored = new Qtest(await again.connect('qtest'));
  for (const address of [at.ram, at.nvdimm, at.window])
    expect(await restored.read(address, pageBytes)).toEqual(randomPage);
  expect(await restored.read(biosAt, biosBytes)).toEqual(bios);
}, 60_000);

it('names QEMU when the stream of a saved guest is not as it is known', async () => {
  const booted = stateFiles(temporaryFolder());
  await makeStateFiles(booted, machine);
  const first = await start(booted, { share: true, incoming: false });
  await saveState(first, booted.stream);
  await first.stop();
  const fork = await start(booted, { share: false, incoming: true });
  await loadState(fork, booted.streams);
  const stream = path.join(temporaryFolder(), 'stream');
  const cut = { ...booted, streams: [stream] };
  writeFileSync(stream, readFileSync(booted.stream).subarray(0, 100_000));
  await expect(saveFork(fork, { from: cut, stream: `${stream}.new`, qemuVersion: '99.1' })).rejects.toMatchObject({
    message: 'the state that QEMU saved has a format that is not known',
    hint: expect.stringMatching(/^QEMU 99\.1: the end of the stream too early, at byte \d+$/) as string,
  });
}, 60_000);

it('says what QEMU printed when a saved state is damaged', async () => {
  const folder = temporaryFolder();
  const files = stateFiles(folder);
  await makeStateFiles(files, machine);
  writeFileSync(files.stream, 'not a saved state');
  const fork = await start(files, { share: false, incoming: true });
  await expect(loadState(fork, files.streams)).rejects.toMatchObject({
    message: 'the state of the guest could not be saved or loaded',
    hint: expect.stringMatching(/not a migration stream|failed/i) as string,
  });
});
