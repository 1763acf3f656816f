// SPDX-License-Identifier: GPL-2.0-only
// Finds the guest-physical address of the platform firmware's window. The guest's BIOS chooses it, and the choice depends
// on all devices of the machine, so QEMU is started once without a kernel and asked. The answer is kept.

import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { InfraError } from '../host/errors.ts';
import { readKept, writeKept } from '../host/kept-json.ts';
import { contentKey } from '../host/key.ts';
import { cacheRoot } from '../host/places.ts';
import { makeScratch } from '../host/scratch.ts';
import { qemuArgv, stateFacts, withoutKernel, type Accelerator } from './argv.ts';
import type { Machine } from './machine.ts';
import type { QemuProgram } from './qemu-program.ts';
import { Qemu } from './qemu.ts';
import { queryPci, type PciBus } from './queries.ts';
import { makeStateFiles, memoryFiles } from './state.ts';

/** The BIOS maps its devices within half a second, on a loaded host within a few seconds. Milliseconds. */
const limitMs = 30_000;

/** The BAR with the memory of ivshmem-plain (hw/misc/ivshmem.c:ivshmem_common_realize, 7.2). */
const windowBar = 2;

/**
 * Guest-physical address of a machine's window.
 * @throws InfraError when the BIOS does not map it.
 */
export async function findWindow(
  facts: { machine: Machine; accelerator: Accelerator; qemu: QemuProgram },
  signal?: AbortSignal,
): Promise<number> {
  const { machine, accelerator, qemu } = facts;
  const key = contentKey({
    qemuVersion: qemu.version,
    argv: stateFacts({ machine, accelerator, append: '', tables: [] }),
  });
  const memory = path.join(cacheRoot(), 'windows', `${key}.json`);
  const known = readKept(memory, z.int().positive());
  if (known !== undefined) return known;
  const address = await askBios(facts, signal);
  writeKept(memory, address);
  return address;
}

/** The window's address in the answer to query-pci; undefined until the BIOS has mapped it. */
export function windowIn(buses: readonly PciBus[]): number | undefined {
  const device = buses.flatMap(({ devices }) => devices).find(({ qdev_id }) => qdev_id === 'firmware');
  const address = device?.regions.find(({ bar }) => bar === windowBar)?.address;
  // A region that is not mapped has the address 0 or all ones, in JSON -1 or more than a double holds exactly.
  return address !== undefined && address > 0 && Number.isSafeInteger(address) ? address : undefined;
}

async function askBios(
  { machine, accelerator, qemu: { argv } }: Parameters<typeof findWindow>[0],
  signal: AbortSignal | undefined,
): Promise<number> {
  const folder = makeScratch();
  try {
    const memory = memoryFiles(folder, machine);
    await makeStateFiles(memory, machine);
    const none = { tables: [], kernel: '', initrd: '', append: '', share: true, incoming: false };
    const plan = { qemu: argv, machine, accelerator, memory, console: path.join(folder, 'console'), ...none };
    const qemu = await Qemu.start((sockets) => withoutKernel(qemuArgv({ ...plan, sockets })));
    try {
      const end = performance.now() + limitMs;
      while (performance.now() < end) {
        signal?.throwIfAborted();
        const address = windowIn(await queryPci(qemu));
        if (address !== undefined) return address;
        await sleep(20);
      }
      throw new InfraError(`the BIOS of the machine ${machine.name} does not map the firmware's window`);
    } finally {
      await qemu.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
