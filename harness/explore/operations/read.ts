// SPDX-License-Identifier: GPL-2.0-only
// pread(2) of good pages, or EIO where the first page is bad. With a bad page after good ones it depends on the extents how much is read
// (fs/dax.c:dax_iomap_iter), so that is not generated.

import { settingPages } from '../settings.ts';
import { pick, type Operation } from '../operation.ts';
import { pagesOf } from '../world.ts';

export const read: Operation = {
  name: 'read',
  weight: 3,
  apply(world, picks) {
    const file = pick([...world.files.keys()], picks.what);
    if (file === undefined) return undefined;
    const all = pagesOf(world, file);
    const page = picks.page % settingPages;
    const wanted = all.slice(page, page + 1 + (picks.pages % settingPages));
    const pages = wanted.length;
    if (wanted.length === 0 || wanted.some((block) => block?.failed === true)) return undefined;
    const good = wanted.findIndex((block) => block?.bad === true);
    const direct = picks.who % 2 === 1 ? { direct: true } : {};
    if (good === 0) return [{ read: { file, page, pages, ...direct, returns: 'EIO' } }];
    return [{ read: { file, page, pages: good === -1 ? pages : good, ...direct } }];
  },
};
