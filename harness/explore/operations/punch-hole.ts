// SPDX-License-Identifier: GPL-2.0-only
// A hole instead of whole pages: their blocks are free, and no process has them mapped; copies of processes stay.

import { settingPages } from '../settings.ts';
import { pick, type Operation } from '../operation.ts';
import { mayUnmap, pagesOf, replaceBlock } from '../world.ts';

export const punchHole: Operation = {
  name: 'punch-hole',
  weight: 2,
  apply(world, picks) {
    const file = pick([...world.files.keys()], picks.what);
    if (file === undefined) return undefined;
    const all = pagesOf(world, file);
    const page = picks.page % settingPages;
    const wanted = all.slice(page, page + 1 + (picks.pages % 3));
    const pages = wanted.length;
    if (wanted.length === 0 || wanted.some((block) => block?.failed === true)) return undefined;
    for (const index of wanted.keys()) replaceBlock(world, file, page + index, undefined);
    // The filesystem lets go of the whole file while it waits for its pages (fs/dax.c:dax_layout_busy_page).
    mayUnmap(world, file);
    return [{ fallocate: { file, mode: 'punch-hole', page, pages } }];
  },
};
