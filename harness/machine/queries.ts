// SPDX-License-Identifier: GPL-2.0-only
// QMP's queries, as far as their answers are used (QEMU's qapi/machine.json, misc.json, pci.json, run-state.json; 7.2).

import { z } from 'zod';
import type { QemuHandle } from './qemu-handle.ts';

const cpus = z.array(z.object({ 'cpu-index': z.int(), 'thread-id': z.int() }));
const memoryDevices = z.array(z.object({ data: z.object({ memdev: z.string(), addr: z.int(), size: z.int() }) }));
const version = z.object({ qemu: z.object({ major: z.int(), minor: z.int() }) });
const status = z.object({ status: z.string() });
const pciBuses = z.array(
  z.object({
    devices: z.array(
      z.object({
        qdev_id: z.string(),
        // A region that is not mapped has the address 0 or all ones: -1, or more than a double holds exactly.
        regions: z.array(z.object({ bar: z.int(), address: z.number() })),
      }),
    ),
  }),
);

export type PciBus = z.output<typeof pciBuses>[number];

/** The virtual CPUs: `cpu-index`, and `thread-id` of the host thread that runs it. */
export function queryCpus(qemu: QemuHandle): Promise<z.output<typeof cpus>> {
  return qemu.qmp.execute('query-cpus-fast', undefined, cpus);
}

/** The NVDIMMs: `memdev` (QOM path of the backend), `addr` (guest-physical) and `size` (bytes). */
export async function queryMemoryDevices(qemu: QemuHandle): Promise<z.output<typeof memoryDevices>[number]['data'][]> {
  const devices = await qemu.qmp.execute('query-memory-devices', undefined, memoryDevices);
  return devices.map(({ data }) => data);
}

export async function queryVersion(qemu: QemuHandle): Promise<{ major: number; minor: number }> {
  return (await qemu.qmp.execute('query-version', undefined, version)).qemu;
}

/** QEMU's run state: `running`, `paused`, `inmigrate`, `prelaunch`, ... */
export async function queryStatus(qemu: QemuHandle): Promise<string> {
  return (await qemu.qmp.execute('query-status', undefined, status)).status;
}

export function queryPci(qemu: QemuHandle): Promise<PciBus[]> {
  return qemu.qmp.execute('query-pci', undefined, pciBuses);
}
