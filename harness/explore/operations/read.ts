// SPDX-License-Identifier: GPL-2.0-only
// pread(2): up to the first bad page, or EIO where that is the first (fs/dax.c:dax_iomap_iter).

import { pick, type Operation } from '../operation.ts';
import { pagesOf } from '../world.ts';

const pageSize = 4096;

export const read: Operation = {
  name: 'read',
  weight: 3,
  apply(world, picks) {
    const file = pick([...world.files.keys()], picks.what);
    if (file === undefined) return undefined;
    const all = pagesOf(world, file);
    const page = picks.page % Math.max(all.length, 1);
    const pages = 1 + (picks.pages % Math.max(all.length - page, 1));
    const wanted = all.slice(page, page + pages);
    if (wanted.length === 0 || wanted.some((block) => block?.failed === true)) return undefined;
    const good = wanted.findIndex((block) => block?.bad === true);
    const returns = good === -1 ? undefined : good === 0 ? 'EIO' : good * pageSize;
    const direct = picks.who % 2 === 1 ? { direct: true } : {};
    return [{ read: { file, page, pages, ...direct, ...(returns === undefined ? {} : { returns }) } }];
  },
};
