// SPDX-License-Identifier: GPL-2.0-only
// The namespace's list of bad blocks, written through sysfs: faults and I/O see it, mapped pages do not, and it is lost on a
// rebind (block/badblocks.c:badblocks_store, 6.12).

import { z } from 'zod';
import { InfraError } from '../host/errors.ts';
import { sectorBytes } from '../host/page.ts';
import { routeWithOptions } from './route.ts';

const options = {
  sector: z.int().min(0).max(7).prefault(0).describe('First bad sector of the page'),
  sectors: z.int().min(1).max(8).optional().describe('Number of bad sectors; up to the end of the page by default'),
};

export const badblocks = routeWithOptions({
  name: 'badblocks',
  title: 'a write to /sys/block/pmemN/badblocks',
  modules: [],
  options,
  throughProcess: false,
  async inject(guest, { base, length }, { sector, sectors }) {
    // A mistake of the scenario: the memory is in no namespace.
    if (base.device === '') throw new InfraError('only a namespace has a list of bad blocks');
    const path = `/sys/block/${base.device}/badblocks`;
    const data = `${base.offset / sectorBytes + sector} ${sectors ?? length / sectorBytes - sector}\n`;
    const { error } = await guest.request('write', { path, data });
    return { how: `${data.trim()} > ${path}`, ...(error === undefined ? {} : { error }) };
  },
});
