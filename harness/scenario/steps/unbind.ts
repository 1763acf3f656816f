// SPDX-License-Identifier: GPL-2.0-only
// unbind: takes the pmem driver off a namespace, as if the device were pulled: kill_dax() with MF_MEM_PRE_REMOVE
// (drivers/nvdimm/pmem.c:pmem_release_disk, drivers/dax/super.c:kill_dax, 6.12).

import path from 'node:path';
import { z } from 'zod';
import type { Cell } from '../cell.ts';
import { stepKind } from '../step.ts';

export const unbind = stepKind({
  key: 'unbind',
  title: 'Unbind the nd_pmem driver from a namespace',
  example: 'unbind: pmem0',
  acts: true,
  schema: z.string().describe('Name of the namespace'),
  names: (device) => ({ devices: [device] }),
  label: (device) => device,
  async run(device, cell) {
    const file = '/sys/bus/nd/drivers/nd_pmem/unbind';
    const { error, durationMs } = await cell.ask('write', { path: file, data: busName(cell, device) });
    if (error !== undefined) return { ok: false, wanted: `${device} is unbound`, seen: `write to ${file}: ${error}` };
    return { ok: true, seen: `${device} unbound in ${Math.round(durationMs)} ms` };
  },
});

/** What the nd bus calls the device behind a namespace: `pfn0.1` in fsdax mode, `namespace0.0` in raw mode. */
export function busName(cell: Cell, device: string): string {
  return path.basename(cell.facts[`${device} device`] ?? '');
}
