// SPDX-License-Identifier: GPL-2.0-only
// madvise(MADV_HWPOISON) by a process that maps the page: memory_failure() as if that process had consumed the poison
// (mm/madvise.c:madvise_inject_error, 6.12).

import type { PoisonRoute } from './route.ts';

const page = 4096;

export const madvise: PoisonRoute = {
  name: 'madvise',
  title: 'madvise(MADV_HWPOISON) by a process that maps the page',
  modules: [],
  throughProcess: true,
  async inject(guest, { process, length }, withinMs) {
    if (process === undefined) throw new Error('a madvise route without a process');
    const pages = Array.from({ length: Math.ceil(length / page) }, (_, index) => process.page + index);
    const how = `${process.name} calls madvise(MADV_HWPOISON) on its page ${pages.join(', ')}`;
    for (const index of pages) {
      const args = { process: process.name, page: index, advice: 'hwpoison' as const };
      const { error } = await guest.request('madvise', args, { withinMs });
      if (error !== undefined) return { error, how };
    }
    return { how };
  },
};
