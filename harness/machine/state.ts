// SPDX-License-Identifier: GPL-2.0-only
// Saving a guest and forking it. RAM and NVDIMMs are files that QEMU maps. A guest that has booted leaves these files, and a
// stream with the state of its devices (some 300 KiB), because of x-ignore-shared. A fork maps the files privately: copy on
// write, never disturbed. Saving a fork makes a stream only: the devices and the pages that the fork has changed. A fork of a fork has
// changed what the streams before it left, so it is loaded from all of them.

import { createWriteStream } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { InfraError } from '../host/errors.ts';
import { runProgram } from '../host/program.ts';
import { windowBytes } from './argv.ts';
import { cxlMemories } from './cxl.ts';
import { hasWindow, type Machine } from './machine.ts';
import {
  afterPages,
  beforePages,
  joinStreams,
  pageRecords,
  pagesOfBlock,
  parseDevices,
  parseStream,
  StreamError,
  type LoadedPage,
  type Page,
} from './migration-stream.ts';
import { differingPages } from './private-pages.ts';
import { virtioPmemMemories } from './virtio-pmem.ts';
import type { QemuHandle } from './qemu-handle.ts';
import { queryStatus } from './queries.ts';

/** Files that a guest's memory is mapped from. */
export interface MemoryFiles {
  ram: string;
  nvdimms: string[];
  /** What CXL devices keep (cxl.ts:cxlMemories), if the machine has some. */
  cxl?: string[] | undefined;
  /** What virtio-pmem devices keep (virtio-pmem.ts:virtioPmemMemories), if the machine has some. */
  virtioPmem?: string[] | undefined;
  /** The firmware's window, if the machine has one. */
  window?: string | undefined;
}

export interface StateFiles extends MemoryFiles {
  /**
   * State of CPUs and devices, and the pages that differ: of the boot first, which has its memory in the files; each further one has the
   * pages that differ from what those before it leave.
   */
  streams: readonly string[];
  /** State of CXL devices, which QEMU does not save (cxl-state.ts). */
  cxlState?: string | undefined;
}

/** The files of a saved guest's memory in a folder. */
export function memoryFiles(folder: string, machine: Machine): MemoryFiles {
  return {
    ram: path.join(folder, 'ram'),
    nvdimms: machine.nvdimms.map(({ image }, index) => image?.path ?? path.join(folder, `nvdimm${index}`)),
    ...(machine.cxl === undefined ? {} : { cxl: cxlMemories(machine).map(({ id }) => path.join(folder, id)) }),
    ...(machine['virtio-pmem'] === undefined
      ? {}
      : { virtioPmem: virtioPmemMemories(machine).map(({ id }) => path.join(folder, id)) }),
    ...(hasWindow(machine) ? { window: path.join(folder, 'window') } : {}),
  };
}

/** The file of a saved guest's stream in a folder. */
export function streamFile(folder: string): string {
  return path.join(folder, 'stream');
}

/** The file of the state of a saved guest's CXL devices in a folder; undefined for a machine without. */
export function cxlStateFile(folder: string, machine: Machine): string | undefined {
  return machine.cxl === undefined ? undefined : path.join(folder, 'cxl.json');
}

/** New files, all holes, of the sizes that a machine wants. */
export async function makeStateFiles(files: MemoryFiles, machine: Machine): Promise<void> {
  const sizes: [string, number][] = [
    [files.ram, machine.memory],
    ...machine.nvdimms.flatMap(({ size, label, image }, index): [string, number][] =>
      image === undefined ? [[files.nvdimms[index] ?? '', size + label]] : [],
    ),
    ...cxlMemories(machine).map(({ bytes }, index): [string, number] => [files.cxl?.[index] ?? '', bytes]),
    ...virtioPmemMemories(machine).map(({ bytes }, index): [string, number] => [
      files.virtioPmem?.[index] ?? '',
      bytes,
    ]),
    ...(files.window === undefined ? [] : [[files.window, windowBytes] satisfies [string, number]]),
  ];
  for (const [file, bytes] of sizes) {
    const handle = await open(file, 'w', 0o600);
    await handle.truncate(bytes);
    await handle.close();
  }
}

/** Gives back the disk space of pages of zeros in a file: a guest writes many. Nobody may use the file meanwhile. */
export async function makeSparse(file: string): Promise<void> {
  const copy = `${file}.sparse`;
  await runProgram(['cp', '--reflink=never', '--sparse=always', '--', file, copy]);
  await rename(copy, file);
}

/** Stops a guest whose memory files are shared and writes its stream. QEMU is left stopped: end it. */
export async function saveState(qemu: QemuHandle, file: string): Promise<void> {
  await qemu.qmp.execute('stop');
  await prepare(qemu);
  const address = qemu.socketPath('save.sock');
  const server = createServer();
  server.listen(address);
  await once(server, 'listening');
  try {
    const received = (async () => {
      const [socket] = (await once(server, 'connection')) as [Socket];
      await pipeline(socket, createWriteStream(file, { mode: 0o600 }));
    })();
    received.catch(() => undefined); // reported below, once QEMU has said its part
    const done = migrated(qemu);
    done.catch(() => undefined);
    await qemu.qmp.execute('migrate', { uri: `unix:${address}` });
    await done;
    await received;
  } finally {
    server.close();
  }
}

export interface SaveForkOptions {
  /** What the fork was restored from. */
  from: StateFiles;
  /** File that gets the new stream. */
  stream: string;
  /**
   * Files that get memory as a whole; of all other memory the pages that differ are in the stream. What CXL devices keep must be among them:
   * QEMU has no pages of it in a stream.
   */
  whole?: Partial<MemoryFiles> | undefined;
  /** What QEMU calls itself, for errors. */
  qemuVersion: string;
}

/**
 * Stops a fork and writes a stream from which, with the files that the fork maps, it can go on. QEMU is left stopped: end it.
 * QEMU would write private memory as a whole, so it writes its devices only, and the pages come from its memory.
 */
export async function saveFork(qemu: QemuHandle, options: SaveForkOptions): Promise<void> {
  const { from, stream, whole = {}, qemuVersion } = options;
  await qemu.qmp.execute('stop');
  const devicesFile = `${stream}.devices`;
  // The command is Xen's by name only (migration/savevm.c:qmp_xen_save_devices_state, 7.2).
  await qemu.qmp.execute('xen-save-devices-state', { filename: devicesFile });
  const loaded = await Promise.all(
    from.streams.map(async (file) => readable(qemuVersion, await readFile(file), parseStream)),
  );
  const known = loaded.at(-1);
  if (known === undefined) throw new Error('a fork without a stream');
  const devices = readable(qemuVersion, await readFile(devicesFile), parseDevices);
  await rm(devicesFile);
  const files = fileBlocks(from, known.blocks);
  const own = pagesOfQemu(
    loaded.flatMap(({ pages }) => pages),
    files,
    qemuVersion,
  );
  const targets = new Map<string, string | undefined>([
    [from.ram, whole.ram],
    ...from.nvdimms.map((file, index): [string, string | undefined] => [file, whole.nvdimms?.[index]]),
    ...(from.window === undefined ? [] : [[from.window, whole.window] satisfies [string, string | undefined]]),
  ]);
  const handle = await open(stream, 'w', 0o600);
  try {
    await handle.write(beforePages(known));
    // The new stream is the first of a chain: nothing that is loaded before it has these.
    if (whole.ram !== undefined) await handle.write(pageRecords(own));
    for (const [index, file] of (from.cxl ?? []).entries()) {
      const target = whole.cxl?.[index];
      if (target === undefined) throw new Error('the memory of a CXL device is saved as a whole only');
      await writeWhole(qemu.pid, file, target);
    }
    for (const [block, file] of files) {
      const target = targets.get(file);
      // An image is not copied: what differs from it is in the stream.
      if (target !== undefined && target !== file) await writeWhole(qemu.pid, file, target);
      else {
        const before = pagesOfBlock(loaded, block);
        for await (const pages of differingPages(qemu.pid, block, file, before)) await handle.write(pageRecords(pages));
      }
    }
    await handle.write(afterPages({ ram: known.ram, commands: known.commands, devices }));
  } finally {
    await handle.close();
  }
}

/**
 * QEMU's memory blocks that are mapped from files, by their names in the stream: those of machine/argv.ts; the window's with the
 * address of its device before it.
 */
function fileBlocks({ ram, nvdimms, window }: MemoryFiles, blocks: ReadonlyMap<string, number>): Map<string, string> {
  const files = new Map([['ram', ram], ...nvdimms.map((file, index): [string, string] => [`nvm${index}`, file])]);
  const ofWindow = [...blocks.keys()].find((name) => name.endsWith('/window'));
  if (window !== undefined && ofWindow !== undefined) files.set(ofWindow, window);
  return files;
}

/**
 * Pages of the blocks that QEMU fills itself, BIOS and ACPI tables: a guest can read them only, and QEMU changes them only when
 * the guest is reset, which ends it (-no-reboot). So they are as the first stream of a chain has them.
 */
function pagesOfQemu(pages: readonly LoadedPage[], files: ReadonlyMap<string, string>, qemuVersion: string): Page[] {
  return pages
    .filter(({ block }) => !files.has(block))
    .map((page) => {
      if (!/^(pc\.bios|pc\.rom|isa-bios|\/rom@.+)$/.test(page.block))
        throw unknownFormat(qemuVersion, `a memory block ${page.block}`);
      if ('content' in page) return page;
      throw unknownFormat(qemuVersion, `a change of ${page.block}`);
    });
}

async function writeWhole(pid: number, file: string, target: string): Promise<void> {
  await runProgram(['cp', '--reflink=auto', '--sparse=always', '--', file, target]);
  const handle = await open(target, 'r+');
  try {
    for await (const pages of differingPages(pid, '', file)) {
      for (const { content, offset } of pages) await handle.write(content, 0, content.length, offset);
    }
  } finally {
    await handle.close();
  }
}

function readable<T>(qemuVersion: string, stream: Buffer, parse: (stream: Buffer) => T): T {
  try {
    return parse(stream);
  } catch (error) {
    throw error instanceof StreamError ? unknownFormat(qemuVersion, error.message) : error;
  }
}

function unknownFormat(qemuVersion: string, what: string): InfraError {
  return new InfraError('the state that QEMU saved has a format that is not known', {
    hint: `QEMU ${qemuVersion}: ${what}`,
  });
}

/** Loads the streams of a saved guest into a QEMU started with `incoming`. The guest is paused then: resume it. */
export async function loadState(qemu: QemuHandle, files: readonly string[]): Promise<void> {
  const parts = joined(await Promise.all(files.map((file) => readFile(file))));
  await prepare(qemu);
  const address = qemu.socketPath('load.sock');
  const done = migrated(qemu);
  done.catch(() => undefined); // reported below, once QEMU has said its part
  await qemu.qmp.execute('migrate-incoming', { uri: `unix:${address}` });
  const socket = await qemu.connect({ path: address });
  // QEMU closes its end as soon as it has all that it wants: what counts is what it says of the migration.
  socket.on('error', () => undefined);
  for (const part of parts) socket.write(part);
  socket.end();
  await done;
  socket.destroy();
  // The MIGRATION event comes a moment before the machine's run state changes.
  for (;;) {
    if ((await queryStatus(qemu)) !== 'inmigrate') break;
    await sleep(1);
  }
}

function joined(streams: readonly Buffer[]): Buffer[] {
  try {
    return joinStreams(streams);
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    throw new InfraError('the state of the guest could not be loaded', { hint: error.message });
  }
}

/** How long a QEMU that failed has to end by itself, milliseconds. */
const endingMs = 1000;

async function prepare(qemu: QemuHandle): Promise<void> {
  const capabilities = ['x-ignore-shared', 'events'].map((capability) => ({ capability, state: true }));
  await qemu.qmp.execute('migrate-set-capabilities', { capabilities });
}

/** Resolves when QEMU says that the migration (saving or loading) is complete. */
async function migrated(qemu: QemuHandle): Promise<void> {
  let stopListening = (): void => undefined;
  const told = new Promise<string>((resolve) => {
    stopListening = qemu.qmp.onEvent(({ event, data }) => {
      if (event === 'MIGRATION' && (data?.status === 'completed' || data?.status === 'failed')) resolve(data.status);
    });
  });
  const ended = qemu.exited.then(({ stderr }) => `QEMU ended meanwhile\n${stderr.trim()}`);
  const outcome = await Promise.race([told, ended]);
  stopListening();
  if (outcome === 'completed') return;
  // A QEMU that cannot load a state says why on its stderr, and ends.
  const why = await Promise.race([ended, sleep(endingMs, outcome, { ref: false })]);
  throw new InfraError('the state of the guest could not be saved or loaded', { hint: why });
}
