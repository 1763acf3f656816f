// SPDX-License-Identifier: GPL-2.0-only
// unbind: unbinds a driver, as if the device were pulled: of a namespace, of a region, of the whole bus. For pmem: kill_dax() with
// MF_MEM_PRE_REMOVE (drivers/nvdimm/pmem.c:pmem_release_disk, drivers/dax/super.c:kill_dax, 6.12); for devdax: kill_dev_dax()
// (drivers/dax/bus.c, 6.12); a region and a bus unregister what is on them (drivers/nvdimm/region.c:nd_region_remove, bus.c:
// nd_bus_remove, 6.12).

import { writeUnlessLivelock } from '../../guest/livelock.ts';
import { boundDeviceOf, boundSchema, namesOfBound, boundWords } from '../bound-device.ts';
import { stepKind } from '../step.ts';

export const unbind = stepKind({
  key: 'unbind',
  title: 'Unbind the driver from a namespace (nd_pmem, or dax_pmem), a region, a CXL device or the bus (nfit)',
  example: 'unbind: pmem0',
  acts: true,
  schema: boundSchema,
  names: namesOfBound,
  label: (args) => boundWords(args, 'from'),
  async run(args, context) {
    const { what, folder, name } = await boundDeviceOf(args, context);
    const file = `${folder}/unbind`;
    const { error, durationMs } = await writeUnlessLivelock(context.guest, { path: file, data: name });
    if (error !== undefined)
      return { ok: false, wanted: `${what} is unbound`, seen: `the write to ${file} returned ${error}` };
    return { ok: true, seen: `${what} unbound in ${Math.round(durationMs)} ms` };
  },
});
