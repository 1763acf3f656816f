// SPDX-License-Identifier: GPL-2.0-only
// unbind: unbinds the driver of a namespace, as if the device were pulled. For pmem: kill_dax() with MF_MEM_PRE_REMOVE
// (drivers/nvdimm/pmem.c:pmem_release_disk, drivers/dax/super.c:kill_dax, 6.12); for devdax: kill_dev_dax()
// (drivers/dax/bus.c, 6.12).

import path from 'node:path';
import { z } from 'zod';
import { writeUnlessLivelock } from '../../guest/livelock.ts';
import { deviceKey } from '../keys.ts';
import type { StepContext } from '../step-context.ts';
import { stepKind } from '../step.ts';

const namespaceKey = deviceKey.describe('The namespace');

/** The device and the driver of bind and unbind. */
export const driverSchema = z.union([
  namespaceKey.transform((device) => ({ device, driver: undefined })),
  z.strictObject({
    device: namespaceKey,
    driver: z
      .enum(['nd_pmem', 'dax_pmem', 'device_dax'])
      .optional()
      .describe(
        'nd_pmem, or dax_pmem for a devdax namespace, by default; device_dax is the driver of its character device alone',
      ),
  }),
]);

export const unbind = stepKind({
  key: 'unbind',
  title: 'Unbind the driver (nd_pmem, or dax_pmem) from a namespace',
  example: 'unbind: pmem0',
  acts: true,
  schema: driverSchema,
  names: ({ device }) => ({ devices: [device] }),
  label: ({ device, driver }) => (driver === undefined ? device : `${device} from ${driver}`),
  async run({ device, driver }, context) {
    await context.refreshFacts(device);
    const { folder, name } = driverOf(context, device, driver);
    const file = `${folder}/unbind`;
    const { error, durationMs } = await writeUnlessLivelock(context.guest, { path: file, data: name });
    if (error !== undefined)
      return { ok: false, wanted: `${device} is unbound`, seen: `the write to ${file} returned ${error}` };
    return { ok: true, seen: `${device} unbound in ${Math.round(durationMs)} ms` };
  },
});

/**
 * The folder of a driver and the name of the device on its bus: `pfn0.1` for nd_pmem in fsdax mode, `namespace0.0` in raw
 * mode, `dax0.1` for dax_pmem, `dax0.0` for device_dax.
 */
export function driverOf(
  context: Pick<StepContext, 'facts' | 'stack'>,
  device: string,
  driver: 'nd_pmem' | 'dax_pmem' | 'device_dax' | undefined,
): { folder: string; name: string } {
  const isDevdax = context.stack.devices.get(device)?.kind === 'devdax';
  const chosen = driver ?? (isDevdax ? 'dax_pmem' : 'nd_pmem');
  if (chosen === 'device_dax') return { folder: '/sys/bus/dax/drivers/device_dax', name: device };
  return { folder: `/sys/bus/nd/drivers/${chosen}`, name: path.basename(context.facts[`${device} device`] ?? '') };
}
