// SPDX-License-Identifier: GPL-2.0-only
// The poison list of a CXL device (CXL 3.1, 8.2.9.9.4): the device notes that an address is bad. QEMU raises no event for it, and a load of
// the address is not poisoned, so what the kernel does is all that there is to see.

import { z } from 'zod';
import { cxlMissing, cxlPlaceOf } from './cxl-place.ts';
import { routeWithOptions } from './route.ts';

const debugfs = '/sys/kernel/debug/cxl';
/** What the kernel injects and clears at once. */
const lineBytes = 64;

const options = {
  by: z
    .enum(['device', 'memdev', 'region'])
    .prefault('device')
    .describe(
      'device: the whole page, without the kernel; memdev: its first cache line, by inject_poison in the debugfs of the kernel, by the address on the device; region: the same by the offset in the region, for kernels that have it',
    ),
};

export const cxlPoison = routeWithOptions({
  name: 'cxl-poison',
  title: 'an entry in the poison list of the CXL device that has the page',
  modules: ['cxl_mem'],
  options,
  throughProcess: false,
  missing: cxlMissing,
  async inject(guest, { physical, length }, { by }) {
    const place = await cxlPlaceOf(guest, physical);
    if (by === 'device') {
      const { device, dpa: start } = place;
      await guest.qemu.qmp.execute('cxl-inject-poison', { path: device.path, start, length });
      return { how: `${length} bytes at 0x${start.toString(16)} of ${place.memdev}` };
    }
    const [name, address] = by === 'memdev' ? [place.memdev, place.dpa] : [place.region, place.offset];
    const [path, data] = [`${debugfs}/${name}/inject_poison`, `0x${address.toString(16)}\n`];
    const { error } = await guest.request('write', { path, data });
    return { how: `${data.trim()} > ${path}`, ...(error === undefined ? {} : { error }) };
  },
  async unpoison(guest, { physical, length }) {
    const { memdev, dpa } = await cxlPlaceOf(guest, physical);
    const path = `${debugfs}/${memdev}/clear_poison`;
    for (let offset = 0; offset < length; offset += lineBytes) {
      const { error } = await guest.request('write', { path, data: `0x${(dpa + offset).toString(16)}\n` });
      if (error !== undefined) return { error, how: `0x${(dpa + offset).toString(16)} > ${path}` };
    }
    return { how: `${length / lineBytes} lines from 0x${dpa.toString(16)} on > ${path}` };
  },
});
