// SPDX-License-Identifier: GPL-2.0-only
// The namespace's own list of bad blocks, written through sysfs: faults and I/O see it, mapped pages do not, and it is
// gone after a rebind (block/badblocks.c:badblocks_store, 6.12).

import type { PoisonRoute } from './route.ts';

const sector = 512;

export const badblocks: PoisonRoute = {
  name: 'badblocks',
  title: 'entries in /sys/block/pmemN/badblocks',
  modules: [],
  throughProcess: false,
  async inject(guest, { base, length }, withinMs) {
    const path = `/sys/block/${base.device}/badblocks`;
    const data = `${base.offset / sector} ${length / sector}\n`;
    const { error } = await guest.request('write', { path, data }, { withinMs });
    return { how: `${data.trim()} > ${path}`, ...(error === undefined ? {} : { error }) };
  },
};
