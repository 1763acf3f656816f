// SPDX-License-Identifier: GPL-2.0-only
// madvise(MADV_HWPOISON) by a process that maps the page: memory_failure() as if that process had consumed the poison
// (mm/madvise.c:madvise_inject_error, 6.12).

import { z } from 'zod';
import type { BoundGuest } from '../guest/live-guest.ts';
import { routeWithOptions, type Injection, type MappedTarget } from './route.ts';

const options = {
  advice: z
    .enum(['hwpoison', 'soft-offline'])
    .prefault('hwpoison')
    .describe('soft-offline: MADV_SOFT_OFFLINE, which asks the kernel to migrate the page before it fails'),
};

type Advice = 'hwpoison' | 'soft-offline';

export const madvise = routeWithOptions({
  name: 'madvise',
  title: 'madvise(MADV_HWPOISON) by a process that maps the page; several pages in one call',
  modules: [],
  options,
  throughProcess: true,
  inject(guest, target, { advice }) {
    return advise(guest, [target], advice);
  },
  injectMapped(guest, targets, { advice }) {
    return advise(guest, targets, advice);
  },
});

async function advise(guest: BoundGuest, targets: readonly MappedTarget[], advice: Advice): Promise<Injection> {
  const process = targets[0]?.process;
  if (process === undefined) throw new Error('a madvise route without a process');
  const pages = targets.length;
  const { error } = await guest.request('madvise', { process: process.name, page: process.page, pages, advice });
  const last = pages === 1 ? '' : ` to ${process.page + pages - 1}`;
  const name = advice === 'hwpoison' ? 'MADV_HWPOISON' : 'MADV_SOFT_OFFLINE';
  return {
    ...(error === undefined ? {} : { error }),
    how: `${process.name} calls madvise(${name}) on its page ${process.page}${last}`,
  };
}
