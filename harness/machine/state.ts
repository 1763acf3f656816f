// SPDX-License-Identifier: GPL-2.0-only
// Saving a guest and forking it. RAM and NVDIMMs are files that QEMU maps; what is saved besides them is only the state of
// the devices (some 300 KiB), because of x-ignore-shared. A fork maps the files privately: copy on write, never disturbed.

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
  window?: string;
  /** State of CPUs and devices. */
  devices: string;
}

/** The files of a saved guest in a folder. */
export function stateFiles(folder: string, machine: Machine): StateFiles {
  return {
    ram: path.join(folder, 'ram'),
    nvdimms: machine.nvdimms.map((_, index) => path.join(folder, `nvdimm${index}`)),
    ...(hasWindow(machine) ? { window: path.join(folder, 'window') } : {}),
    devices: path.join(folder, 'devices'),
  };
}

/** New files, all holes, of the sizes that a machine wants. */
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

/** Copies memory files (reflinked where the filesystem can, sparse elsewhere) so that another guest may write to them. */
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

/** Stops a guest whose memory files are shared and writes its devices' state. QEMU is left stopped: end it. */
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

/** Loads the saved state of the devices into a QEMU started with `incoming`. The guest is paused then: resume it. */
export async function loadState(qemu: QemuHandle, devices: string): Promise<void> {
  await prepare(qemu);
  const address = qemu.socketPath('load.sock');
  const done = migrated(qemu);
  done.catch(() => undefined); // reported below, once QEMU has said its part
  await qemu.qmp.execute('migrate-incoming', { uri: `unix:${address}` });
  const socket = await qemu.connect({ path: address });
  // QEMU closes its end as soon as it has all that it wants: what counts is what it says of the migration.
  socket.on('error', () => undefined);
  socket.end(readFileSync(devices));
  await done;
  socket.destroy();
  // The MIGRATION event comes a moment before the machine's run state changes.
  for (;;) {
    if ((await queryStatus(qemu)) !== 'inmigrate') break;
    await sleep(1);
  }
}

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
  if (outcome !== 'completed')
    throw new InfraError('the state of the guest could not be saved or loaded', { hint: outcome });
}
