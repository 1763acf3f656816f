// SPDX-License-Identifier: GPL-2.0-only
// pread(2) of good pages, or EIO where the first page is bad. With a bad page after good ones it depends on the extents how much is read
// (fs/dax.c:dax_iomap_iter), so that is not generated.

import { direct, type Operation } from '../operation.ts';
import { pagesTarget } from '../targets.ts';

export const read: Operation = {
  name: 'read',
  weight: 3,
  apply(world, picks) {
    const target = pagesTarget(world, picks);
    if (target === undefined) return undefined;
    const { file, page, pages, blocks } = target;
    const good = blocks.findIndex((block) => block?.bad === true);
    if (good === 0) return [{ read: { file, page, pages, ...direct(picks), returns: 'EIO' } }];
    return [{ read: { file, page, pages: good === -1 ? pages : good, ...direct(picks) } }];
  },
};
