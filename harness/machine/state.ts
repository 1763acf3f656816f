// SPDX-License-Identifier: GPL-2.0-only
// Saves a guest and restores it. RAM and NVDIMMs are files that QEMU maps, so with x-ignore-shared only the state of the
// devices (some 300 KiB) is saved in addition. A fork maps the files privately (copy on write), and never changes them.

import { createWriteStream, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { InfraError } from '../host/errors.ts';
import { runProgram } from '../host/program.ts';
import { windowBytes } from './argv.ts';
import { hasWindow, type Machine } from './machine.ts';
import type { QemuHandle } from './qemu-handle.ts';
import { queryStatus } from './queries.ts';

export interface StateFiles {
  ram: string;
  nvdimms: string[];
  /** The firmware's window, if the machine has one. */
  window?: string | undefined;
  /** State of CPUs and devices. */
  devices: string;
}

/** The files of a saved guest in a folder. */
export function stateFiles(folder: string, machine: Machine): StateFiles {
  return {
    ram: path.join(folder, 'ram'),
    nvdimms: machine.nvdimms.map((_, index) => path.join(folder, `nvdimm${index}`)),
    window: hasWindow(machine) ? path.join(folder, 'window') : undefined,
    devices: path.join(folder, 'devices'),
  };
}

/** Makes files of the sizes that the machine needs, sparse. */
export async function makeStateFiles(files: StateFiles, machine: Machine): Promise<void> {
  const sizes: [string, number][] = [
    [files.ram, machine.memory],
    ...files.nvdimms.map((file, index): [string, number] => {
      const nvdimm = machine.nvdimms[index];
      return [file, (nvdimm?.size ?? 0) + (nvdimm?.label ?? 0)];
    }),
    ...(files.window === undefined ? [] : [[files.window, windowBytes] satisfies [string, number]]),
  ];
  for (const [file, bytes] of sizes) {
    const handle = await open(file, 'w', 0o600);
    await handle.truncate(bytes);
    await handle.close();
  }
}

/** Copies memory files for a guest that writes to them: reflinked where the filesystem can, sparse otherwise. */
export async function copyMemory(from: StateFiles, to: StateFiles): Promise<void> {
  const pairs = [
    [from.ram, to.ram],
    ...from.nvdimms.map((file, index) => [file, to.nvdimms[index]]),
    [from.window, to.window],
  ];
  for (const [source, target] of pairs) {
    if (source === undefined || target === undefined) continue;
    await runProgram(['cp', '--reflink=auto', '--sparse=always', '--', source, target]);
  }
}

/**
 * Stops a guest whose memory files are shared, and writes the state of its devices. The guest stays stopped.
 * @throws InfraError when QEMU cannot save it.
 */
export async function saveState(qemu: QemuHandle, devices: string): Promise<void> {
  await qemu.qmp.execute('stop');
  await prepare(qemu);
  const address = qemu.socketPath('save.sock');
  const server = createServer();
  server.listen(address);
  await once(server, 'listening');
  try {
    const received = (async () => {
      const [socket] = (await once(server, 'connection')) as [Socket];
      await pipeline(socket, createWriteStream(devices, { mode: 0o600 }));
    })();
    received.catch(() => undefined); // awaited below, after QEMU's own report
    const done = migrated(qemu);
    done.catch(() => undefined);
    await qemu.qmp.execute('migrate', { uri: `unix:${address}` });
    await done;
    await received;
  } finally {
    server.close();
  }
}

/**
 * Loads the saved state of the devices into a QEMU that was started with `incoming`. The guest is paused afterwards.
 * @throws InfraError when QEMU cannot load it.
 */
export async function loadState(qemu: QemuHandle, devices: string): Promise<void> {
  await prepare(qemu);
  const address = qemu.socketPath('load.sock');
  const done = migrated(qemu);
  done.catch(() => undefined); // awaited below, after QEMU's own report
  await qemu.qmp.execute('migrate-incoming', { uri: `unix:${address}` });
  const socket = await qemu.connect({ path: address });
  // QEMU closes its end as soon as it has read enough. The MIGRATION event says whether it succeeded.
  socket.on('error', () => undefined);
  socket.end(readFileSync(devices));
  await done;
  socket.destroy();
  // The MIGRATION event comes shortly before the run state changes.
  for (;;) {
    if ((await queryStatus(qemu)) !== 'inmigrate') break;
    await sleep(1);
  }
}

async function prepare(qemu: QemuHandle): Promise<void> {
  const capabilities = ['x-ignore-shared', 'events'].map((capability) => ({ capability, state: true }));
  await qemu.qmp.execute('migrate-set-capabilities', { capabilities });
}

/** Resolves when QEMU reports that the migration (saving or loading) is complete. @throws InfraError when it failed. */
async function migrated(qemu: QemuHandle): Promise<void> {
  let stopListening = (): void => undefined;
  const reported = new Promise<string>((resolve) => {
    stopListening = qemu.qmp.onEvent(({ event, data }) => {
      if (event === 'MIGRATION' && (data?.status === 'completed' || data?.status === 'failed')) resolve(data.status);
    });
  });
  const ended = qemu.exited.then(({ stderr }) => `QEMU ended\n${stderr.trim()}`);
  const outcome = await Promise.race([reported, ended]);
  stopListening();
  if (outcome !== 'completed')
    throw new InfraError('the state of the guest could not be saved or loaded', { hint: outcome });
}
