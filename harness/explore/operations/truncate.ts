// SPDX-License-Identifier: GPL-2.0-only
// A file gets shorter: its last pages are gone, also the copies that processes had of them (mm/truncate.c:truncate_pagecache).

import type { Operation } from '../operation.ts';
import { fileOf } from '../targets.ts';
import { freePages, mappersOf, pagesOf } from '../world.ts';

export const truncate: Operation = {
  name: 'truncate',
  weight: 1,
  apply(world, picks) {
    const file = fileOf(world, picks);
    if (file === undefined) return undefined;
    const all = pagesOf(world, file);
    if (all.length < 2) return undefined;
    const pages = 1 + (picks.page % (all.length - 1));
    if (all.slice(pages).some((block) => block?.failed === true)) return undefined;
    freePages(world, file, pages, all.length - pages);
    all.length = pages;
    for (const process of mappersOf(world, file)) process.present.fill(undefined, pages);
    return [{ truncate: { file, pages } }];
  },
};
