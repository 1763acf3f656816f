// SPDX-License-Identifier: GPL-2.0-only
// A file gets shorter: its last pages are gone, also the copies that processes had of them (mm/truncate.c:truncate_pagecache).

import { pick, type Operation } from '../operation.ts';
import { mappersOf, mayUnmap, pagesOf, replaceBlock } from '../world.ts';

export const truncate: Operation = {
  name: 'truncate',
  weight: 1,
  apply(world, picks) {
    const file = pick([...world.files.keys()], picks.what);
    if (file === undefined) return undefined;
    const all = pagesOf(world, file);
    if (all.length < 2) return undefined;
    const pages = 1 + (picks.page % (all.length - 1));
    if (all.slice(pages).some((block) => block?.failed === true)) return undefined;
    for (let page = pages; page < all.length; page++) replaceBlock(world, file, page, undefined);
    all.length = pages;
    for (const process of mappersOf(world, file)) process.present.fill(undefined, pages);
    // The filesystem lets go of the whole file while it waits for its pages (fs/dax.c:dax_layout_busy_page).
    mayUnmap(world, file);
    return [{ truncate: { file, pages } }];
  },
};
